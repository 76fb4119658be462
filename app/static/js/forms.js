// Forms: Ctrl S saves, Alt ↓ goes to the next error, the bar counts what was changed, leaving asks.
"use strict";
(function () {
  const summary = document.querySelector("[data-focus]");
  if (summary) { summary.focus(); }
  const form = document.querySelector("form[data-form]");
  if (!form) { return; }
  const note = document.querySelector("[data-changed]");
  function visible() { return Array.from(form.elements).filter(function (e) { return e.name && e.type !== "hidden" && e.type !== "submit"; }); }
  function value(e) { return e.type === "checkbox" ? String(e.checked) : e.multiple ? Array.from(e.selectedOptions, function (o) { return o.value; }).join() : e.value; }
  const first = new Map(visible().map(function (e) { return [e, value(e)]; }));
  let leaving = false;
  function changed() { return visible().filter(function (e) { return !e.disabled && first.has(e) && first.get(e) !== value(e); }).length; }
  function tell() {
    const n = changed();
    if (note) { note.textContent = n ? note.dataset.changedText + " " + n : ""; }
  }
  form.addEventListener("input", tell);
  form.addEventListener("change", tell);
  if (window.jQuery) { jQuery(form).on("change", tell); }
  form.addEventListener("submit", function () { leaving = true; });
  window.addEventListener("beforeunload", function (event) { if (!leaving && changed()) { event.preventDefault(); event.returnValue = ""; } });
  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      const save = document.querySelector(".form-bar button[type=submit]");
      if (save) { save.click(); }
    }
    if (event.altKey && event.key === "ArrowDown") {
      const wrong = Array.from(form.querySelectorAll("[aria-invalid=true]"));
      if (!wrong.length) { return; }
      event.preventDefault();
      const next = wrong[(wrong.indexOf(document.activeElement) + 1) % wrong.length];
      next.focus();
      next.scrollIntoView({ block: "center" });
    }
  });
  const parts = document.querySelectorAll(".toc a");
  if (parts.length && "IntersectionObserver" in window) {
    const seen = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        const link = document.querySelector('.toc a[href="#' + entry.target.id + '"]');
        if (entry.isIntersecting && link) { parts.forEach(function (p) { p.removeAttribute("aria-current"); }); link.setAttribute("aria-current", "true"); }
      });
    }, { rootMargin: "-10% 0px -70% 0px" });
    form.querySelectorAll("section[id]").forEach(function (part) { seen.observe(part); });
  }
})();
