// A resident number tells birth date and gender; they are filled in where nothing was typed.
"use strict";
(function () {
  const number = document.getElementById("id_number"), kind = document.getElementById("id_type");
  const born = document.getElementById("birth_date"), gender = document.getElementById("gender");
  if (window.jQuery && window.htmx) {  // what is chosen in a box that searches is a change, too
    jQuery("#model_form").on("select2:select select2:clear", function () { htmx.trigger(".live-check", "look"); });
  }
  if (!number || !kind || !born || !gender) { return; }
  number.addEventListener("change", function () {
    const typed = number.value.trim().toUpperCase();
    if (kind.value !== "1" || !/^\d{17}[\dX]$/.test(typed)) { return; }
    if (!born.value) { born.value = typed.slice(6, 10) + "-" + typed.slice(10, 12) + "-" + typed.slice(12, 14); }
    if (!gender.value) { gender.value = Number(typed[16]) % 2 ? "1" : "2"; gender.dispatchEvent(new Event("change", { bubbles: true })); }
  });
})();
