// The box that takes a workbook: dropped or chosen, its name is shown; what is plainly wrong is said at once.
"use strict";
(function () {
  document.querySelectorAll("[data-drop]").forEach(function (box) {
    const input = box.querySelector("input[type=file]"), name = box.querySelector("[data-drop-name]");
    const told = box.querySelector("[data-drop-error]"), send = box.querySelector("[data-drop-send]");
    const empty = name.textContent, ending = new RegExp(box.dataset.ending || "\\.xlsx$", "i");
    function judge() {
      const file = input.files[0];
      name.textContent = file ? file.name + " · " + Math.max(1, Math.round(file.size / 1000)).toLocaleString("en") + " KB" : empty;
      const wrong = !file ? "" : !ending.test(file.name) ? told.dataset.type : file.size > Number(box.dataset.most) ? told.dataset.size : "";
      told.querySelector("span").textContent = wrong;
      told.hidden = !wrong;
      box.classList.toggle("has-error", Boolean(wrong));
      send.disabled = Boolean(wrong);
    }
    input.addEventListener("change", judge);
    ["dragenter", "dragover"].forEach(function (kind) {
      box.addEventListener(kind, function (event) { event.preventDefault(); box.classList.add("over"); });
    });
    ["dragleave", "drop"].forEach(function (kind) { box.addEventListener(kind, function () { box.classList.remove("over"); }); });
    box.addEventListener("drop", function (event) {
      event.preventDefault();
      if (!event.dataTransfer.files.length) { return; }
      input.files = event.dataTransfer.files;
      judge();
      send.focus();
    });
    // A file dropped beside the box would replace the page.
    ["dragover", "drop"].forEach(function (kind) { window.addEventListener(kind, function (event) { event.preventDefault(); }); });
    window.addEventListener("pageshow", function () { if (input.files.length) { judge(); } });
  });
})();
