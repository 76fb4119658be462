// Selects that search: data-lookup asks the server for a page at a time, data-search filters in place.
"use strict";
(function () {
  if (!window.jQuery || !jQuery.fn.select2) { return; }
  const words = {
    noResults: function () { return xueji.say("没有符合的", "Nothing matches"); },
    searching: function () { return xueji.say("正在查找…", "Searching…"); },
    loadingMore: function () { return xueji.say("正在取更多…", "Loading more…"); },
    errorLoading: function () { return xueji.say("没有取到，请再试", "Not loaded; try again"); },
    inputTooShort: function () { return xueji.say("输入开头的字", "Type the first characters"); },
    removeAllItems: function () { return xueji.say("清除", "Clear"); },
  };
  function name(boxes, select) {  // select2 gives the box one types in no name
    const label = select.getAttribute("aria-label") || (select.labels.length ? select.labels[0].textContent.trim() : "");
    boxes.attr("aria-label", label || xueji.say("查找", "Find"));
  }
  function dress(root) {
    jQuery(root).find("select[data-lookup], select[data-search]").each(function () {
      const select = this;
      if (select.classList.contains("select2-hidden-accessible")) { return; }
      const options = { width: "100%", language: words, allowClear: select.getAttribute("aria-required") !== "true" && !select.multiple, placeholder: select.dataset.placeholder || "",
        dropdownParent: jQuery(select.closest(".chip-pop, dialog") || document.body) };
      if (select.dataset.lookup) {
        options.ajax = { url: select.dataset.lookup, dataType: "json", delay: 200, data: function (params) {
          const asked = { term: params.term || "", page: params.page || 1 };
          (select.dataset.given || "").split(" ").filter(Boolean).forEach(function (name) {
            const other = select.form && (select.form.elements[name] || select.form.elements["_flt_0_" + name]);
            if (other && other.value) { asked[name] = other.value; }
          });
          return asked;
        } };
      }
      jQuery(select).select2(options);
      name(jQuery(select).next(".select2-container").find(".select2-search__field"), select);
      jQuery(select).on("change", function () {
        if (!select.form) { return; }
        select.form.querySelectorAll("select[data-given]").forEach(function (other) {
          if (other.dataset.given.split(" ").indexOf(select.name.replace("_flt_0_", "")) >= 0) { jQuery(other).val(null).trigger("change"); }
        });
      });
    });
  }
  dress(document);
  jQuery(document).on("select2:open", function (event) {
    const box = jQuery(".select2-container--open .select2-search__field");
    name(box, event.target);
    box.trigger("focus");
  });
  document.addEventListener("htmx:load", function (event) { dress(event.detail.elt); });
})();
