/*
 * Walking a checklist on the phone: 1 to 9 answer and go on, 0 or B goes back, N writes a note, Esc leaves it.
 * Keys mean nothing while somebody types, and nothing together with Ctrl, Alt or Meta, which are the browser's.
 */
(() => {
  const form = document.getElementById("walk");
  const note = document.getElementById("note");
  const back = document.querySelector("[data-back]");
  const on = document.querySelector("[data-on]");
  if (!form && !back) return;
  document.querySelectorAll(".walking .js").forEach((hint) => { hint.hidden = false; });

  let sent = false;
  if (form) {
    form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
    });
    window.addEventListener("pageshow", () => { sent = false; });
  }

  const act = (key, target) => {
    const answer = form && form.querySelector(`[data-key="${key}"]`);
    if (answer) {
      answer.checked = true;
      form.requestSubmit();
    } else if ((key === "0" || key === "b") && back) {
      back.click();
    } else if (key === "n" && note) {
      note.focus();
    } else if (key === "enter" && !target.closest("a, button, summary, select")) {
      if (form) form.requestSubmit();
      else if (on) on.click();
      else return false;
    } else {
      return false;
    }
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.metaKey || event.repeat) return;
    const target = event.target;
    if (target === note && event.key === "Escape") return void note.blur();
    if (target === note && event.ctrlKey && event.key === "Enter") return void form.requestSubmit();
    if (event.ctrlKey || target.closest("textarea, select, input:not([type=radio])")) return;
    // A keyboard left in Japanese sends full-width digits.
    const key = event.key.normalize("NFKC").toLowerCase();
    if (/^([0-9bn]|enter)$/.test(key) && act(key, target)) event.preventDefault();
  });
})();
