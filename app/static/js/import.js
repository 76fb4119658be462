// The preview of an import: N goes to the next change, ticks open the write button, mended cells are counted.
"use strict";
(function () {
  const preview = function () { return document.querySelector("[data-preview]"); };
  function lines() { return Array.from(document.querySelectorAll("[data-preview] [data-rows] > [data-id]")); }
  function stand(row) {
    lines().forEach(function (one) { one.classList.remove("here"); one.removeAttribute("aria-current"); });
    row.classList.add("here");
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
  }
  // N: the next change, over the end of a page; from another group it opens the changes.
  let onward = false;
  document.addEventListener("keydown", function (event) {
    const page = preview();
    if (!page || event.key.toLowerCase() !== "n" || event.shiftKey || !xueji.plainKey(event)) { return; }
    event.preventDefault();
    if (!page.querySelector("[data-changes]")) {
      if (page.dataset.changed) { onward = true; page.querySelector('.buckets a[href="' + page.dataset.changed + '"]').click(); }
      return;
    }
    const all = lines(), next = all[all.findIndex(function (one) { return one.classList.contains("here"); }) + 1];
    if (next) { stand(next); return; }
    const turn = page.querySelector(".pagination a[rel=next]");
    if (turn) { onward = true; turn.click(); }
  }, true);
  document.addEventListener("htmx:afterSettle", function () {
    if (onward && lines().length) { onward = false; stand(lines()[0]); }
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-preview] select[data-send]")) { event.target.form.requestSubmit(); }
  });
  // The write button: open once refused rows are left out, and once the number was typed.
  const write = document.querySelector("[data-write]"), sure = document.querySelector("[data-number]");
  const good = document.querySelector("[data-opens]");
  if (write && (sure || good) && !write.disabled) {
    const judge = function () {
      const typed = !sure || sure.value.replace(/[,，\s]/g, "") === sure.dataset.number;
      write.disabled = !typed || (good !== null && !good.checked);
    };
    judge();
    [sure, good].forEach(function (field) { if (field) { field.addEventListener("input", judge); field.addEventListener("change", judge); } });
    window.addEventListener("pageshow", judge);
  }
  // Headings being matched: a column that was chosen is missing no more.
  if (window.jQuery) {
    jQuery(document).on("change", "[data-mapping] select", function () {
      const chosen = new Set(Array.from(document.querySelectorAll("[data-mapping] select"), function (one) { return one.value; }));
      document.querySelectorAll("[data-lack]").forEach(function (line) { line.hidden = chosen.has(line.dataset.lack); });
    });
  }
  // Cells being mended: marked and counted; leaving with some of them asks.
  function edited(form) {
    return Array.from(form.querySelectorAll("[data-was]")).filter(function (cell) { return cell.value !== cell.dataset.was; });
  }
  let sent = false;
  function count(form) {
    const cells = edited(form), button = form.querySelector("[data-mend-send]");
    const rows = new Set(cells.map(function (cell) { return cell.closest("[data-id]").dataset.id; })).size;
    form.querySelectorAll("[data-was]").forEach(function (cell) { cell.classList.toggle("is-edited", cells.indexOf(cell) >= 0); });
    button.disabled = rows === 0;
    if (rows) { button.querySelector("span").textContent = button.dataset.words + " " + rows; }
  }
  document.addEventListener("input", function (event) { const form = event.target.closest("[data-mend]"); if (form) { count(form); } });
  document.addEventListener("submit", function (event) { if (event.target.matches("[data-mend]")) { sent = true; } });
  function dress() { document.querySelectorAll("[data-mend]").forEach(count); }
  dress();
  document.addEventListener("htmx:load", dress);
  window.addEventListener("pageshow", function () { sent = false; dress(); });
  window.addEventListener("beforeunload", function (event) {
    const form = document.querySelector("[data-mend]");
    if (form && !sent && edited(form).length) { event.preventDefault(); event.returnValue = ""; }
  });
})();
