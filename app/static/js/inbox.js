// The inbox: the case under the cursor opens beside the list; A agrees, R and D go to the remark.
"use strict";
(function () {
  const list = document.querySelector("[data-inbox]"), pane = document.getElementById("pane");
  if (!list || !pane) { return; }
  // Notices above push the surface down: it always ends at the foot of the window.
  const surface = document.querySelector(".fill");
  function fit() { surface.style.height = innerWidth > 1100 ? "calc(100vh - " + (surface.getBoundingClientRect().top + scrollY) + "px - var(--s3))" : ""; }
  fit();
  addEventListener("resize", fit);
  const wide = matchMedia("(min-width: 821px)");
  if (!wide.matches) { document.querySelectorAll("[data-rows] > .here").forEach(function (one) { one.classList.remove("here"); }); }
  function rows() { return Array.from(list.querySelectorAll("[data-rows] > [data-id]")); }
  function row(id) { return list.querySelector('[data-id="' + id + '"]'); }
  function shown() { const part = pane.querySelector("[data-case]"); return part ? part.dataset.case : ""; }
  function load(id) {
    if (id === shown() || !wide.matches) { return; }
    htmx.ajax("GET", list.dataset.inbox.replace(/0$/, id), { target: "#pane", swap: "innerHTML" });
  }
  let waiting = 0;
  document.addEventListener("row:here", function (event) {
    clearTimeout(waiting);
    waiting = setTimeout(function () { load(event.target.dataset.id); }, 120);
  });
  function stand(at) {
    rows().forEach(function (one) { one.classList.remove("here"); one.removeAttribute("aria-current"); });
    if (at) { at.classList.add("here"); at.setAttribute("aria-current", "true"); at.scrollIntoView({ block: "nearest" }); }
  }
  list.addEventListener("click", function (event) {
    const at = event.target.closest("[data-rows] > [data-id]");
    if (!at || event.target.closest(".pick, button") || (event.target.closest("a") && (event.ctrlKey || event.metaKey || event.shiftKey || event.detail === 0))) { return; }
    if (!wide.matches) { if (!event.target.closest("a")) { at.querySelector("[data-open]").click(); } return; }
    event.preventDefault();
    stand(at);
    load(at.dataset.id);
  });
  list.addEventListener("dblclick", function (event) {
    const at = event.target.closest("[data-rows] > [data-id]");
    if (at && !event.target.closest(".pick")) { location.assign(at.querySelector("[data-open]").href); }
  });
  // Which case opens after this one: the next of the list, or the one before at its end.
  function tellNext() {
    const field = pane.querySelector("[data-next]"), all = rows();
    if (!field) { return; }
    const at = all.findIndex(function (one) { return one.dataset.id === shown(); });
    const next = all[at + 1] || all[at - 1];
    field.value = next ? next.dataset.id : "";
  }
  document.addEventListener("htmx:configRequest", function (event) {
    const form = event.target.closest && event.target.closest("[data-decide]");
    if (!form) { return; }
    tellNext();
    event.detail.parameters.next = form.querySelector("[data-next]").value;
  });
  function lessen(selector) {
    const place = document.querySelector(selector);
    if (place && !/[,+]/.test(place.textContent)) { place.textContent = place.textContent.replace(/\d+/, function (n) { return Math.max(0, n - 1); }); }
  }
  document.body.addEventListener("case:decided", function (event) {
    const gone = row(event.detail.id);
    if (!gone) { return; }
    gone.remove();
    ["[data-count-waiting]", "[data-count-total]", "[data-count-here]", "#inbox-link .count", ".side a[aria-current] .count"].forEach(lessen);
    list.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.target !== pane) { return; }
    const at = shown() ? row(shown()) : null;
    if (at) { stand(at); }
    if (!rows().length) { location.assign(location.pathname + location.search.replace(/[?&](open|page)=\d+/g, "").replace(/^&/, "?")); return; }
    const alert = pane.querySelector("[role=alert]");
    if (alert) { alert.scrollIntoView({ block: "nearest" }); }
  });
  // A batch that ends or sends back needs its remark first: of the picked ones, or of the whole list.
  list.addEventListener("click", function (event) {
    const pressed = event.target.closest("[data-needs-remark]");
    const remark = pressed && pressed.closest(".batch").querySelector("input[name=remark]");
    if (!remark || remark.value.trim()) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    remark.focus();
    xueji.toast(xueji.say("请先填写意见", "Write a remark first"));
  }, true);
  list.querySelectorAll("input[name=remark]").forEach(function (remark) {
    remark.addEventListener("keydown", function (event) { if (event.key === "Enter") { event.preventDefault(); } });
  });
  // Picked rows and the whole list are two things: only one bar is there at a time.
  const whole = list.querySelector("[data-whole]");
  list.addEventListener("rows:picked", function (event) { if (whole) { whole.hidden = event.detail > 0; } });
})();
