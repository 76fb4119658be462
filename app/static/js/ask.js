// One dialog before every act that says data-ask; without JavaScript the server still asks for a POST.
"use strict";
(function () {
  const dialog = document.getElementById("ask");
  if (!dialog || !dialog.showModal) { return; }
  let waiting = null;
  document.addEventListener("click", function (event) {
    const button = event.target.closest("button[data-ask]");
    if (!button || button === waiting) { waiting = null; return; }
    event.preventDefault();
    document.getElementById("ask-title").textContent = button.dataset.ask;
    document.getElementById("ask-text").textContent = button.dataset.askText || "";
    document.getElementById("ask-yes").className = "btn " + (button.dataset.askEnds ? "btn-danger" : "btn-primary");
    document.getElementById("ask-yes").textContent = button.dataset.askYes || button.textContent.trim();
    dialog.returnValue = "no";
    dialog.onclose = function () {
      if (dialog.returnValue !== "yes") { button.focus(); return; }
      waiting = button;
      button.click();
    };
    dialog.showModal();
  });
  // A verb typed in full opens the button that ends something large.
  document.querySelectorAll("[data-type-to-enable]").forEach(function (input) {
    const button = document.getElementById(input.dataset.target);
    input.addEventListener("input", function () { button.disabled = input.value.trim() !== input.dataset.typeToEnable; });
  });
})();
