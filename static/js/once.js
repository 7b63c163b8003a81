/*
 * A second tap while the first is on its way does nothing. The server receives a form once in any case
 * (idempotency key); this only spares the wait. Coming back with the browser's Back button makes the
 * form usable again, because the page may be revived with its state.
 */
const PATIENCE = 20000; // ms; after that a tap counts again, for those who pressed Stop or lost the line
const sending = new WeakSet();

function button(form) {
  return form.querySelector(".b.go:not([type=button])");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]")) return;
  if (sending.has(form)) {
    event.preventDefault();
    return;
  }
  sending.add(form);
  // Only looks: a disabled button would drop its own name and value from the request.
  button(form)?.setAttribute("aria-disabled", "true");
  setTimeout(release, PATIENCE, form);
});

function release(form) {
  sending.delete(form);
  button(form)?.removeAttribute("aria-disabled");
}

window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-once]").forEach(release);
});
