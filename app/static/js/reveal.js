// A masked value shows itself for a moment: for a reason, asked by POST (a right, recorded), hidden again on leaving.
"use strict";
(function () {
  const SECONDS = 30, box = document.getElementById("reasons");
  let asking = null, last = "";
  // Where a button shows: the field of a form it names, or the text before it.
  function target(button) {
    const field = document.getElementById(button.dataset.into || "");
    return field ? { get text() { return field.value; }, set text(value) { field.value = value; }, field: field } : { get text() { return button.previousElementSibling.textContent; }, set text(value) { button.previousElementSibling.textContent = value; }, field: null };
  }
  function show(button, value) {
    const there = target(button);
    button.dataset.masked = there.text;
    there.text = value;
    button.setAttribute("aria-pressed", "true");
    button.querySelector(".fa").className = "fa fa-eye-slash";
    button.dataset.timer = setTimeout(function () { hide(button); }, SECONDS * 1000);
  }
  function rest(button) {
    clearTimeout(Number(button.dataset.timer));
    button.dataset.masked = "";
    button.setAttribute("aria-pressed", "false");
    button.querySelector(".fa").className = "fa fa-eye";
  }
  function hide(button) {
    if (!button.dataset.masked) { return; }
    target(button).text = button.dataset.masked;
    rest(button);
  }
  function close(back) {
    if (!asking) { return; }
    box.hidden = true;
    asking.setAttribute("aria-expanded", "false");
    if (back) { asking.focus(); }
    asking = null;
  }
  function place(button) {
    const at = button.getBoundingClientRect(), left = Math.min(at.left, innerWidth - box.offsetWidth - 8);
    const below = at.bottom + 4, fits = below + box.offsetHeight < innerHeight;
    box.style.left = Math.max(8, left) + "px";
    box.style.top = (fits ? below : Math.max(8, at.top - box.offsetHeight - 4)) + "px";
  }
  function open(button) {
    asking = button;
    button.setAttribute("aria-expanded", "true");
    document.body.append(box);
    box.hidden = false;
    place(button);
    (box.querySelector('[data-reason="' + last + '"]') || box.querySelector("[data-reason]")).focus({ preventScroll: true });
  }
  function ask(button, reason) {
    last = reason;
    button.disabled = true;
    xueji.post(button.dataset.reveal, { reason: reason }).then(function (answer) { return answer.json().then(function (body) { return [answer.ok, body]; }); })
      .then(function (told) {
        if (told[0]) { show(button, told[1].value); } else { xueji.toast((told[1].reasons || [])[0] || told[1].message); }
      })
      .catch(function () { xueji.toast(xueji.say("没有取到，请再试", "Not loaded; try again")); })
      .then(function () { button.disabled = false; button.focus({ preventScroll: true }); });
  }
  // A sealed field of a form: closed as long as what is stored stays; opened empty, or with what was just shown.
  function retype(button) {
    const field = document.getElementById(button.dataset.into), eye = button.parentElement.querySelector("[data-reveal]");
    const isOpening = field.disabled, seen = eye && eye.dataset.masked;
    if (seen) { rest(eye); }
    field.disabled = !isOpening;
    if (eye) { eye.disabled = isOpening; }
    if (!isOpening) { field.value = field.dataset.mask; } else if (!seen) { field.value = ""; }
    button.setAttribute("aria-pressed", String(isOpening));
    button.querySelector(".fa").className = "fa fa-" + (isOpening ? "rotate-left" : "pen");
    if (isOpening) { field.focus(); }
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  document.addEventListener("click", function (event) {
    const pen = event.target.closest("[data-retype]"), button = event.target.closest("[data-reveal]");
    const chosen = event.target.closest("[data-reason]");
    if (pen) { retype(pen); return; }
    if (chosen && asking) { const by = asking; close(false); ask(by, chosen.dataset.reason); return; }
    if (!button || !box) { if (asking && !event.target.closest("#reasons")) { close(false); } return; }
    if (button.dataset.masked) { hide(button); return; }
    if (button === asking) { close(true); return; }
    close(false);
    open(button);
  });
  if (box) {
    box.addEventListener("keydown", function (event) {
      const all = Array.from(box.querySelectorAll("[data-reason]")), at = all.indexOf(document.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
      event.stopPropagation();
      if (to !== undefined) { event.preventDefault(); all[(to + all.length) % all.length].focus(); }
      if (all[Number(event.key) - 1]) { event.preventDefault(); all[Number(event.key) - 1].click(); }
      if (event.key === "Escape") { event.preventDefault(); close(true); }
      if (event.key === "Tab") { close(true); }
    });
    window.addEventListener("scroll", function () { if (asking) { place(asking); } }, true);
  }
  // A field given back with what was typed in it is open already.
  document.querySelectorAll("[data-retype]").forEach(function (pen) {
    const field = document.getElementById(pen.dataset.into), eye = pen.parentElement.querySelector("[data-reveal]");
    if (field.disabled) { return; }
    pen.setAttribute("aria-pressed", "true");
    pen.querySelector(".fa").className = "fa fa-rotate-left";
    if (eye) { eye.disabled = true; }
  });
  function hideAll() { document.querySelectorAll("[data-reveal]").forEach(hide); }
  window.addEventListener("pagehide", hideAll);
  document.addEventListener("visibilitychange", function () { if (document.hidden) { hideAll(); } });
})();
