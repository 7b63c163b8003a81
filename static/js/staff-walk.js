/*
 * Walking a checklist on the phone: 1 to 9 answer and go on, 0 or B goes back, N writes a note, Esc leaves it.
 * Keys mean nothing while somebody types, and nothing together with Ctrl, Alt or Meta, which are the browser's.
 * Whoever speaks to the computer, or hits keys by chance, switches digits and letters off; this browser
 * remembers it. Enter stays, as in any form.
 */
(() => {
  const form = document.getElementById("walk");
  const note = document.getElementById("note");
  const back = document.querySelector("[data-back]");
  const on = document.querySelector("[data-on]");
  const keys = document.getElementById("keys");
  if (!form && !back) return;
  document.querySelectorAll(".walking .js").forEach((hint) => { hint.hidden = false; });

  const STORED = "walk-keys";
  const show = () => document.querySelectorAll(".walking .key").forEach((hint) => { hint.hidden = !keys.checked; });
  const recall = () => {
    // Without storage (switched off in the browser) the switch holds for this page.
    try { keys.checked = localStorage.getItem(STORED) !== "off"; } catch { /* as it stands */ }
    show();
  };
  keys.addEventListener("change", () => {
    show();
    try { localStorage.setItem(STORED, keys.checked ? "on" : "off"); } catch { /* this page only */ }
  });
  recall();

  let sent = false;
  if (form) {
    form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
    });
  }
  // Also a page that the browser's Back revives.
  window.addEventListener("pageshow", () => { sent = false; recall(); });

  const act = (key, target) => {
    const answer = form && form.querySelector(`[data-key="${key}"]`);
    if (answer) {
      answer.checked = true;
      form.requestSubmit();
    } else if ((key === "0" || key === "b") && back) {
      back.click();
    } else if (key === "n" && note) {
      note.focus();
    } else if (key === "enter" && !target.closest("a, button, summary, select, [type=checkbox]")) {
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
    if (event.ctrlKey || target.closest("textarea, select, input:not([type=radio], [type=checkbox])")) return;
    // A keyboard left in Japanese sends full-width digits.
    const key = event.key.normalize("NFKC").toLowerCase();
    if (!/^([0-9bn]|enter)$/.test(key) || (key !== "enter" && !keys.checked)) return;
    if (act(key, target)) event.preventDefault();
  });
})();
