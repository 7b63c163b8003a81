/*
 * A second tap while the first is on its way does nothing. The server receives a form once in any case
 * (idempotency key); this only spares the wait. Coming back with the browser's Back button makes the
 * form usable again, because the page may be revived with its state.
 */
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
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    sending.delete(form);
    button(form)?.removeAttribute("aria-disabled");
  }
});
