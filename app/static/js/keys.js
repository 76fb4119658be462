// Keys that work everywhere. Single letters are dead while somebody types or composes, and can be
// switched off (WCAG 2.1.4). Other files ask xueji.plainKey(event) before they listen to a letter.
"use strict";
(function () {
  const OFF = "xueji-keys-off";
  function off() { try { return localStorage.getItem(OFF) === "1"; } catch (error) { return false; } }
  xueji.plainKey = function (event) {
    return !off() && !event.isComposing && event.keyCode !== 229 && !event.ctrlKey && !event.metaKey && !event.altKey
      && !event.defaultPrevented && !xueji.typing(event.target) && !document.querySelector("dialog[open]");
  };
  const sheet = document.getElementById("keys");
  function show() { if (sheet && sheet.showModal) { sheet.showModal(); } }
  document.querySelectorAll("[data-keys]").forEach(function (button) { button.addEventListener("click", show); });
  document.querySelectorAll("[data-keys-off]").forEach(function (box) {
    box.checked = off();
    box.addEventListener("change", function () { try { localStorage.setItem(OFF, box.checked ? "1" : "0"); } catch (error) { /* private window */ } });
  });
  let went = 0;
  document.addEventListener("keydown", function (event) {
    const find = document.querySelector("[data-find]");
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k" && find) {
      event.preventDefault(); find.focus(); find.select(); return;
    }
    // Esc leaves a field, so that the letters work again; what was typed stays.
    if (event.key === "Escape" && !event.isComposing && xueji.typing(event.target) && !document.querySelector("dialog[open], details.chip-box[open]")) {
      event.target.blur(); return;
    }
    if (!xueji.plainKey(event)) { return; }
    const key = event.key.toLowerCase();
    if (Date.now() - went < 1500 && key.length === 1) {
      went = 0;
      const url = document.body.getAttribute("data-go-" + key);
      if (url) { event.preventDefault(); event.stopImmediatePropagation(); location.assign(url); }
      return;
    }
    if (key === "g") { went = Date.now(); return; }
    if (event.key === "?") { event.preventDefault(); show(); return; }
    if (event.key === "/") {
      const chip = document.querySelector("[data-filter-focus], form[data-filters] summary");
      const target = chip || find;
      if (target) { event.preventDefault(); if (target.tagName === "SUMMARY") { target.parentElement.open = true; } target.focus(); }
    }
  });
})();
