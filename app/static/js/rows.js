// Lists: J K move, X picks (Shift X a range), Enter opens, N P turn the page; the batch bar counts.
"use strict";
(function () {
  function rows() { return Array.from(document.querySelectorAll("[data-rows] > [data-id]")); }
  function at(all) { return all.findIndex(function (row) { return row.classList.contains("here"); }); }
  function stand(all, n) {
    all.forEach(function (row) { row.classList.remove("here"); row.removeAttribute("aria-current"); });
    const row = all[Math.max(0, Math.min(all.length - 1, n))];
    row.classList.add("here");
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
    row.dispatchEvent(new CustomEvent("row:here", { bubbles: true }));
  }
  let anchor = -1;
  function pick(row, on) {
    const box = row.querySelector("[data-pick]");
    if (!box || box.disabled) { return; }
    box.checked = on;
    row.classList.toggle("on", on);
  }
  function count(form) {
    const picked = form.querySelectorAll("[data-pick]:checked").length, all = form.querySelectorAll("[data-pick]").length;
    const head = form.querySelector("[data-pick-all]"), bar = form.querySelector("[data-batch]");
    if (head) { head.checked = picked > 0 && picked === all; head.indeterminate = picked > 0 && picked < all; }
    if (bar) {
      bar.hidden = picked === 0;
      bar.querySelectorAll("[data-picked]").forEach(function (place) { place.textContent = picked; });
    }
    form.dispatchEvent(new CustomEvent("rows:picked", { bubbles: true, detail: picked }));
  }
  document.addEventListener("change", function (event) {
    const form = event.target.closest("[data-picking]");
    if (!form) { return; }
    if (event.target.matches("[data-pick-all]")) {
      form.querySelectorAll("[data-id]").forEach(function (row) { pick(row, event.target.checked); });
    } else if (event.target.matches("[data-pick]")) {
      const row = event.target.closest("[data-id]");
      row.classList.toggle("on", event.target.checked);
      anchor = rows().indexOf(row);
    }
    count(form);
  });
  document.addEventListener("click", function (event) {
    const none = event.target.closest("[data-pick-none]");
    if (!none) { return; }
    const form = none.closest("[data-picking]");
    form.querySelectorAll("[data-id]").forEach(function (row) { pick(row, false); });
    count(form);
  });
  document.addEventListener("keydown", function (event) {
    if (!xueji.plainKey(event)) { return; }
    const key = event.key.toLowerCase();
    if (key === "n" || key === "p") {
      const link = document.querySelector(key === "n" ? ".pagination a[rel=next]" : ".pagination a[rel=prev]");
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    const all = rows();
    if (!all.length) { return; }
    const now = at(all);
    if (key === "j" || key === "k") { event.preventDefault(); stand(all, now < 0 ? 0 : now + (key === "j" ? 1 : -1)); return; }
    if (now < 0) { return; }
    if (key === "x") {
      event.preventDefault();
      const box = all[now].querySelector("[data-pick]"), on = box && !box.checked;
      const from = event.shiftKey && anchor >= 0 ? Math.min(anchor, now) : now, to = event.shiftKey && anchor >= 0 ? Math.max(anchor, now) : now;
      for (let i = from; i <= to; i += 1) { pick(all[i], event.shiftKey ? true : on); }
      anchor = now;
      const form = all[now].closest("[data-picking]");
      if (form) { count(form); }
    }
    if (event.key === "Enter" && event.target === document.body) {
      const open = all[now].querySelector("[data-open]");
      if (open) { event.preventDefault(); open.click(); }
    }
  });
  window.addEventListener("pageshow", function () { document.querySelectorAll("[data-picking]").forEach(function (form) {
    form.querySelectorAll("[data-pick]").forEach(function (box) { box.closest("[data-id]").classList.toggle("on", box.checked); });
    count(form);
  }); });
})();
