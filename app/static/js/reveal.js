// A masked number shows itself for a moment: asked by POST (a right, recorded), hidden again on leaving.
"use strict";
(function () {
  const SECONDS = 30;
  function hide(button) {
    if (!button.dataset.masked) { return; }
    button.previousElementSibling.textContent = button.dataset.masked;
    button.dataset.masked = "";
    button.setAttribute("aria-pressed", "false");
    button.querySelector(".fa").className = "fa fa-eye";
  }
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-reveal]");
    if (!button) { return; }
    if (button.dataset.masked) { hide(button); return; }
    button.disabled = true;
    xueji.post(button.dataset.reveal).then(function (answer) { return answer.json().then(function (body) { return [answer.ok, body]; }); })
      .then(function (told) {
        if (!told[0]) { xueji.toast(told[1].message); return; }
        button.dataset.masked = button.previousElementSibling.textContent;
        button.previousElementSibling.textContent = told[1].value;
        button.setAttribute("aria-pressed", "true");
        button.querySelector(".fa").className = "fa fa-eye-slash";
        setTimeout(function () { hide(button); }, SECONDS * 1000);
      })
      .catch(function () { xueji.toast(xueji.say("没有取到，请再试", "Not loaded; try again")); })
      .then(function () { button.disabled = false; });
  });
  function hideAll() { document.querySelectorAll("[data-reveal]").forEach(hide); }
  window.addEventListener("pagehide", hideAll);
  document.addEventListener("visibilitychange", function () { if (document.hidden) { hideAll(); } });
})();
