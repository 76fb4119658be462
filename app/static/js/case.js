// The decision box: A presses the main button, R and D put the cursor into the remark and wait there
// (Ctrl Enter then presses that button); what ends a case asks first. Works in the inbox and on the page.
"use strict";
(function () {
  let armed = "";
  function box() { return document.querySelector("[data-decide]"); }
  function button(key) { const form = box(); return form && form.querySelector('[data-verb="' + key + '"]'); }
  document.addEventListener("keydown", function (event) {
    const form = box();
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing && event.target.id === "remark") {
      const main = armed ? button(armed) : null;
      if (main && !main.disabled) { event.preventDefault(); main.click(); }
      return;
    }
    if (!xueji.plainKey(event)) { return; }
    const key = event.key.toUpperCase(), way = document.querySelector('[data-way="' + key + '"]');
    if (way && way.href && !document.querySelector("[data-rows]")) { event.preventDefault(); location.assign(way.href); return; }
    const pressed = form && button(key);
    if (!pressed || pressed.offsetParent === null) { return; }
    event.preventDefault();
    if (pressed.disabled) { xueji.toast(pressed.title); return; }
    if (key === "A") { pressed.click(); return; }
    armed = key;
    const remark = form.querySelector("#remark");
    remark.focus();
    remark.placeholder = pressed.querySelector("span").textContent.replace("…", "") + xueji.say("：写明理由，Ctrl Enter 提交", ": write the reason, Ctrl Enter sends it");
  });
  // Sending back and disagreeing need a reason; the server insists, this only spares the way there.
  document.addEventListener("click", function (event) {
    const pressed = event.target.closest("[data-verb=R], [data-verb=D]");
    const remark = pressed && pressed.form && pressed.form.querySelector("#remark");
    if (!remark || remark.value.trim()) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    armed = pressed.dataset.verb;
    remark.focus();
    xueji.toast(xueji.say("请先填写意见", "Write a remark first"));
  }, true);
  // What goes on paper is written down first; what cannot be written down is not printed.
  document.querySelectorAll("[data-print]").forEach(function (one) {
    one.addEventListener("click", function () {
      xueji.post(one.dataset.print, {}).then(function (answer) { if (!answer.ok) { throw new Error("not written down"); } window.print(); })
        .catch(function () { xueji.toast(xueji.say("没有记下，请再试", "Not written down; try again")); });
    });
  });
})();
