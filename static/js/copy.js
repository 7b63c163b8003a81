/*
 * Buttons that need the browser's help: copy a text or link, print the page. They are hidden in the
 * page and shown only where they can work, so nobody without JavaScript meets a dead button.
 */
function words(button) {
  if (button.dataset.copyText) return button.dataset.copyText;
  const source = document.querySelector(button.dataset.copy);
  return (source?.value ?? source?.textContent ?? "").trim();
}

async function copy(button) {
  const label = button.querySelector("[aria-live]");
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(words(button));
  } catch {
    return; // refused by the browser: the text stays selectable beside the button
  }
  label.textContent = button.dataset.done;
  setTimeout(() => { label.textContent = before; }, 4000);
}

function reveal(root) {
  for (const button of root.querySelectorAll("[data-print]")) button.hidden = false;
  if (!navigator.clipboard) return; // plain http, old browser
  for (const button of root.querySelectorAll("[data-copy], [data-copy-text]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy], [data-copy-text], [data-print]");
  if (!button) return;
  if ("print" in button.dataset) window.print();
  else copy(button);
});

reveal(document);
document.addEventListener("htmx:afterSettle", (event) => reveal(event.target));
