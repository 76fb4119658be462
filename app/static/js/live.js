// htmx: every request carries the CSRF token; answers of 4xx are shown, since ours say why. What asks
// again by itself keeps its place: one busy moment of the server must not end it.
"use strict";
(function () {
  document.addEventListener("htmx:configRequest", function (event) { event.detail.headers["X-CSRFToken"] = xueji.token(); });
  document.addEventListener("htmx:beforeSwap", function (event) {
    const status = event.detail.xhr.status;
    if (status >= 400 && event.detail.target.matches('[hx-trigger^="every"]')) { return; }
    if (status >= 400 && status < 600 && event.detail.xhr.getResponseHeader("Content-Type").indexOf("text/html") === 0) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:sendError", function () {
    xueji.toast(xueji.say("网络不通，什么也没有改变；请再试", "No connection; nothing was changed. Try again"));
  });
})();
