// What was typed outlives an answer that could not take it (too large, too often, signed out, no network):
// kept in this tab until something is saved, offered to the same person only, never a sealed value.
"use strict";
(function () {
  const who = document.body.dataset.who, key = "draft:" + who + ":" + location.pathname;
  function each(work) { Object.keys(sessionStorage).filter(function (name) { return name.indexOf("draft:") === 0; }).forEach(work); }
  function forget() { each(function (name) { sessionStorage.removeItem(name); }); }
  function fields(form) {
    return Array.from(form.elements).filter(function (e) {
      return e.name && !e.dataset.sealed && !e.dataset.lookup && ["hidden", "password", "file", "submit", "button"].indexOf(e.type) < 0;
    });
  }
  document.addEventListener("submit", function (event) {
    const by = event.submitter;
    if (by && by.getAttribute("formaction") && by.getAttribute("formaction").indexOf("logout") >= 0) { forget(); return; }
    if (!who || !event.target.matches("form[data-form]")) { return; }
    const typed = fields(event.target).map(function (e) { return [e.name, e.type === "checkbox" ? e.checked : e.value]; });
    try { sessionStorage.setItem(key, JSON.stringify(typed)); } catch (error) { /* full or forbidden: nothing is lost but this */ }
  });
  if (document.querySelector("#flashes .alert-success")) { forget(); }
  const form = document.querySelector("form[data-form]"), kept = who && sessionStorage.getItem(key);
  if (!form || !kept) { return; }
  if (document.querySelector("[data-focus]")) { return; } // the server gave the entries back itself
  const line = document.createElement("div"), text = document.createElement("div"), back = document.createElement("button");
  line.className = "alert alert-info";
  line.setAttribute("role", "status");
  text.textContent = xueji.say("上次在这里填写的内容没有保存成。", "What you last typed here was not saved.");
  back.type = "button";
  back.className = "btn btn-xs";
  back.textContent = xueji.say("带回来", "Bring it back");
  back.addEventListener("click", function () {
    const typed = new Map(JSON.parse(kept));
    fields(form).forEach(function (e) {
      if (!typed.has(e.name)) { return; }
      if (e.type === "checkbox") { e.checked = typed.get(e.name); } else { e.value = typed.get(e.name); }
      e.dispatchEvent(new Event("change", { bubbles: true }));
    });
    line.remove();
  });
  line.append(text, back);
  form.prepend(line);
})();
