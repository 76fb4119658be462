// A class in the order in which its lines lie: a line that is dropped elsewhere numbers them anew.
"use strict";
(function () {
  const form = document.querySelector("[data-seats]");
  if (!form) { return; }
  let held = null;
  function number() {
    const kept = new Set(Array.from(form.querySelectorAll("[data-kept]"), function (cell) { return Number(cell.textContent); }));
    let next = 1;
    form.querySelectorAll("[data-seat] input").forEach(function (field) {
      while (kept.has(next)) { next += 1; }
      field.value = next;
      next += 1;
    });
  }
  form.addEventListener("dragstart", function (event) {
    held = event.target.closest("[data-seat][draggable]");
    if (!held) { return; }
    held.classList.add("here");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
  });
  form.addEventListener("dragover", function (event) {
    const over = event.target.closest("[data-seat]");
    if (!held || !over) { return; }
    event.preventDefault();
    if (over === held) { return; }
    const box = over.getBoundingClientRect();
    over.parentNode.insertBefore(held, event.clientY < box.top + box.height / 2 ? over : over.nextSibling);
  });
  form.addEventListener("dragend", function () {
    if (!held) { return; }
    held.classList.remove("here");
    held = null;
    number();
  });
  form.addEventListener("drop", function (event) { event.preventDefault(); });
})();
