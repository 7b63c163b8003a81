/*
 * After a form came back with errors: move to the summary, so that neither a screen reader nor a small
 * screen misses it, and let the tab's title say so. The page itself is complete without this.
 */
function announce(root) {
  const summary = root.querySelector(".errors[tabindex]");
  if (!summary) return;
  const prefix = summary.dataset.title;
  if (prefix && !document.title.startsWith(prefix)) document.title = `${prefix} ${document.title}`;
  summary.focus();
}

announce(document);
document.addEventListener("htmx:afterSettle", (event) => announce(event.target));
