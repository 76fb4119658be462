// The frame: theme without a reload, the menu on a phone, Back, one popover at a time, forms sent once.
"use strict";
(function () {
  const html = document.documentElement;
  document.querySelectorAll("[data-theme-toggle]").forEach(function (button) {
    button.addEventListener("click", function (event) {
      event.preventDefault();
      const theme = html.dataset.theme === "dark" ? "light" : "dark";
      html.dataset.theme = theme;
      document.dispatchEvent(new Event("theme"));
      const form = button.form;
      xueji.post(form.action, { theme: theme, back: "/" });
    });
  });
  const menu = document.querySelector("[data-side]");
  function slide(open) {
    document.body.classList.toggle("side-open", open);
    menu.setAttribute("aria-expanded", String(open));
    if (open) { document.querySelector(".side nav a").focus(); }
  }
  if (menu) {
    menu.addEventListener("click", function () { slide(!document.body.classList.contains("side-open")); });
    document.querySelector("[data-side-close]").addEventListener("click", function () { slide(false); });
    document.addEventListener("keydown", function (event) { if (event.key === "Escape") { slide(false); } });
  }
  document.querySelectorAll("[data-back]").forEach(function (button) {
    if (history.length < 2) { button.hidden = true; }
    button.addEventListener("click", function () { history.back(); });
  });
  const current = document.querySelector(".side [aria-current]");
  if (current && current.offsetTop > window.innerHeight) { current.scrollIntoView({ block: "center" }); }
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.chip-box[open]").forEach(function (box) {
      if (!box.contains(event.target) && !event.target.closest(".select2-container")) { box.open = false; }
    });
  });
  document.addEventListener("keydown", function (event) {
    const box = event.key === "Escape" && document.querySelector("details.chip-box[open]");
    if (box) { box.open = false; box.querySelector("summary").focus(); }
  });
  document.querySelectorAll("details.chip-box").forEach(function (box) {
    box.addEventListener("toggle", function () {
      const pop = box.open && box.querySelector(".chip-pop");
      if (pop) { box.classList.toggle("is-far", box.getBoundingClientRect().left + pop.offsetWidth > document.documentElement.clientWidth); }
      const first = box.open && box.querySelector("input, select");
      if (first && !matchMedia("(pointer: coarse)").matches) { first.focus(); }
    });
  });
  // Filters left empty stay out of the address.
  document.querySelectorAll("form[data-filters]").forEach(function (form) {
    form.addEventListener("submit", function () {
      form.querySelectorAll("input, select").forEach(function (input) { if (!input.value) { input.disabled = true; } });
    });
  });
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 4000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form").forEach(function (form) { delete form.dataset.sent; });
    document.querySelectorAll("form[data-filters] [disabled]").forEach(function (input) { input.disabled = false; });
  });
})();
