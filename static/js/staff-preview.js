/*
 * The preview of an article follows the text: htmx posts the form a moment after the last key.
 */
(() => {
  const box = document.getElementById("preview");
  const text = document.querySelector("textarea.markdown");
  if (!box || !text || !window.htmx) return;
  let timer = 0;
  const show = () => htmx.ajax("POST", box.dataset.url, {
    target: "#preview",
    swap: "innerHTML",
    source: text,
  });
  text.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(show, 500);
  });
  text.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(show, 500); });
  document.querySelector("[data-preview-button]").hidden = true;
})();
