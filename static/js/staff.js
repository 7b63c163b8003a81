/*
 * The ticket page: the button says what the radio chose, articles go into the text, a selection can be blacked out.
 */
(() => {
  const form = document.getElementById("reply");
  if (!form) return;
  const text = form.querySelector("textarea");
  const send = form.querySelector("[name=talk]");
  const solve = form.querySelector(".solve");
  const follow = () => {
    const kind = form.querySelector("[name=kind]:checked");
    if (!kind) return;
    send.value = send.dataset[kind.value];
    solve.hidden = kind.value !== "resolve";
    form.classList.toggle("memo", kind.value === "note");
  };
  form.querySelectorAll("[name=kind]").forEach((radio) => radio.addEventListener("change", follow));
  follow();

  // The list of boxes is for pages without JavaScript; here the buttons beside the articles tick them.
  const boxes = form.querySelector(".enclose");
  if (boxes) boxes.hidden = true;
  document.querySelectorAll("[data-insert]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const box = form.querySelector(`[name=articles][value="${button.dataset.insert}"]`);
      if (box) box.checked = true;
      const line = button.dataset.text;
      if (!text.value.includes(line)) {
        const gap = text.value && !text.value.endsWith("\n\n") ? (text.value.endsWith("\n") ? "\n" : "\n\n") : "";
        text.value += gap + line + "\n";
      }
      text.focus();
      text.setSelectionRange(text.value.length, text.value.length);
    });
  });

  // Words selected in the thread, or in a note with an answer, are what "black out" means.
  const field = document.getElementById("secret");
  document.addEventListener("selectionchange", () => {
    const chosen = document.getSelection();
    const words = String(chosen).trim();
    const place = chosen.anchorNode && chosen.anchorNode.parentElement;
    if (words && words.length <= 200 && place && place.closest(".thread .words, .said q")) field.value = words;
  });
})();
