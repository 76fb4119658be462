// Two minutes before the session ends: a notice with a button to stay. Asking the server is no activity.
"use strict";
(function () {
  const box = document.getElementById("idle"), WARNING = 120;
  if (!box) { return; }
  let until = 0, timer = null;
  function show(name) {
    box.hidden = !name;
    box.querySelectorAll("[data-soon]").forEach(function (part) { part.hidden = name !== "soon"; });
    box.querySelectorAll("[data-over]").forEach(function (part) { part.hidden = name !== "over"; });
  }
  function know(left) {
    until = Date.now() + left * 1000;
    clearTimeout(timer);
    if (left <= 0) { show("over"); return; }
    if (left <= WARNING) { show("soon"); tick(); return; }
    show("");
    timer = setTimeout(ask, (left - WARNING) * 1000); // another tab may have been used meanwhile
  }
  function tick() {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    box.querySelector("[data-clock]").textContent = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
    timer = setTimeout(left && left % 20 ? tick : ask, 1000);
  }
  function hear(answer) { return answer.json().then(function (told) { know(told.left); }); }
  function ask() {
    fetch(box.dataset.ask, { credentials: "same-origin", headers: { "Accept": "application/json" } }).then(hear).catch(function () { timer = setTimeout(ask, 10000); });
  }
  box.querySelector("button").addEventListener("click", function () {
    xueji.post(box.dataset.stay).then(hear).catch(ask);
  });
  document.addEventListener("visibilitychange", function () { // a sleeping computer's timers stand still
    if (!document.hidden && until - Date.now() < WARNING * 1000) { ask(); }
  });
  know(Number(box.dataset.left));
})();
