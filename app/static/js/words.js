// What the other files share: the CSRF token, words of the page's language, a short message.
"use strict";
window.xueji = {
  zh: document.documentElement.lang.startsWith("zh"),
  say(zh, en) { return this.zh ? zh : en; },
  token() { const meta = document.querySelector("meta[name=csrf]"); return meta ? meta.content : ""; },
  typing(target) { return target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"); },
  toast(text) {
    const note = document.createElement("div");
    note.className = "toast-line";
    note.textContent = text;
    document.getElementById("toasts").append(note);
    setTimeout(() => note.remove(), 6000);
  },
  post(url, fields) {
    const body = new URLSearchParams(fields || {});
    return fetch(url, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": this.token(), "Accept": "application/json" } });
  },
};
