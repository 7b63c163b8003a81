/*
 * Names for what Django's scripts draw into a form: a choice by search (select2), and the signs before the
 * filter boxes of a choice of several. Without them a screen reader says "combobox" and nothing more.
 */
(() => {
  const words = (select) => {
    const label = select.labels[0];
    return label ? label.textContent.trim() : select.getAttribute("aria-label");
  };

  // What unfolds belongs to the main part of the page, not behind it.
  document.querySelectorAll(".admin-autocomplete").forEach((select) => {
    select.dataset.dropdownParent = "main";
  });

  const name = () => {
    document.querySelectorAll("select.select2-hidden-accessible").forEach((select) => {
      const box = select.nextElementSibling.querySelector(".select2-selection");
      const chosen = box.querySelector(".select2-selection__rendered");
      chosen.setAttribute("aria-label", words(select));
      if (!select.labels[0]) return;
      select.labels[0].id = `${select.id}_label`;
      // Its name is the label and what is chosen.
      box.setAttribute("aria-labelledby", `${select.id}_label ${chosen.id}`);
    });
    document.querySelectorAll(".help-tooltip[aria-label]").forEach((sign) => sign.setAttribute("role", "img"));
  };

  const $ = window.django?.jQuery;
  if (!$) return;
  // After the listeners of Django's scripts, which draw these things: they wait for load, or for jQuery.
  window.addEventListener("load", () => $(name));
  document.addEventListener("formset:added", () => $(name));
  // select2 tells jQuery only; its search field and list stand outside the form.
  $(document).on("select2:open", ({ target }) => {
    const box = target.nextElementSibling.querySelector(".select2-selection");
    box.setAttribute("aria-controls", box.getAttribute("aria-owns"));
    document
      .querySelectorAll(".select2-container--open :is(.select2-search__field, .select2-results__options)")
      .forEach((part) => part.setAttribute("aria-label", words(target)));
  });
})();
