/*
 * Answers while they type. This file decides *when* to ask; htmx asks and drops late answers
 * (hx-sync="this:replace" on the form). Never asks in the middle of a Japanese input conversion,
 * nor for the words it asked for last. Without JavaScript the form is an ordinary GET.
 */
const PAUSE = 350; // ms without a key: long enough for slow fingers, short enough to feel answered
const SHORTEST = 2; // characters
const LONG = 400; // characters; more than this would make an address that servers refuse
const LONGEST = 4000; // characters that a search reads

for (const form of document.querySelectorAll("form.ask")) {
  const field = form.querySelector("[name=q]");
  if (field) watch(form, field);
}

function watch(form, field) {
  let composing = false;
  let asked = field.value.trim();
  let timer = 0;
  // Pasted messages are welcome: they travel in the body of a POST, which needs this file.
  field.maxLength = LONGEST;

  function ask() {
    const now = field.value.trim();
    if (now.length > LONG) return;
    if (composing || now === asked || (now && now.length < SHORTEST)) return;
    asked = now;
    form.dispatchEvent(new CustomEvent("suggest"));
  }

  function later() {
    clearTimeout(timer);
    grow(field);
    if ("live" in form.dataset && !composing) timer = setTimeout(ask, PAUSE);
  }

  field.addEventListener("compositionstart", () => { composing = true; clearTimeout(timer); });
  field.addEventListener("compositionend", () => { composing = false; later(); });
  field.addEventListener("input", later);
  field.addEventListener("keydown", (event) => {
    // Enter asks, as in any search field; the Enter that ends a conversion does not.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    form.method = field.value.length > LONG ? "post" : "get";
  });
  grow(field);
}

// Browsers without field-sizing: the box grows with the words.
function grow(field) {
  if (field.localName !== "textarea" || CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
