/*
 * While a client describes the trouble: keep the words and show answers that may fit. This file decides
 * when to ask, never in the middle of a Japanese input conversion; htmx asks. Without JavaScript the
 * same answers stand on the next page.
 */
{
  const PAUSE = 600; // ms without a key

  for (const form of document.querySelectorAll("form[data-suggest]")) {
    let timer = 0;
    let composing = false;
    const later = () => {
      clearTimeout(timer);
      if (!composing) timer = setTimeout(() => form.dispatchEvent(new CustomEvent("suggest")), PAUSE);
    };
    form.addEventListener("compositionstart", () => { composing = true; clearTimeout(timer); });
    form.addEventListener("compositionend", () => { composing = false; later(); });
    form.addEventListener("input", later);
    form.addEventListener("submit", () => clearTimeout(timer));
  }
}
