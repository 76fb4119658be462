// Charts read their colours from the tokens and redraw when the theme changes. A pyramid is a node with
// data-pyramid='{"names": ["男", "女"], "rows": [...], "left": [...], "right": [...]}', stacked bars one
// with data-bars='{"names": ["超期", "未超期"], "rows": [...], "first": [...], "second": [...]}', the first being bad.
"use strict";
(function () {
  function token(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }
  function size(name) { return parseInt(token(name), 10); }
  function figure(value) { return Math.abs(value).toLocaleString("en"); }
  function pyramid(node) {
    const data = JSON.parse(node.dataset.pyramid), chart = echarts.init(node, null, { renderer: "svg" });
    const most = Math.max.apply(null, data.left.concat(data.right, [1]));
    function draw() {
      const text = { color: token("ink-2"), fontSize: size("t-xs") };
      function label(side, ink) { return { show: true, position: side, color: token(ink), fontSize: size("t-xs"), formatter: function (p) { return p.value ? figure(p.value) : ""; } }; }
      chart.setOption({
        animation: false, aria: { enabled: true }, color: [token("chart-1"), token("chart-2")],
        textStyle: { fontFamily: token("font") },
        legend: { data: data.names, top: 0, right: 0, itemWidth: 10, itemHeight: 10, icon: "rect", textStyle: text },
        grid: { left: 4, right: 12, top: 28, bottom: 0, containLabel: true },
        tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, confine: true, backgroundColor: token("sheet"), borderColor: token("line"),
          textStyle: { color: token("ink"), fontSize: size("t-s") }, valueFormatter: figure },
        xAxis: { type: "value", min: -most * 1.12, max: most * 1.12, axisLabel: { show: false }, splitLine: { lineStyle: { color: token("chart-grid") } } },
        yAxis: { type: "category", inverse: true, data: data.rows, axisTick: { show: false }, axisLine: { show: false }, axisLabel: text },
        series: [
          { name: data.names[0], type: "bar", stack: "all", barMaxWidth: 16, data: data.left.map(function (v) { return -v; }), label: label("left", "ink-2") },
          { name: data.names[1], type: "bar", stack: "all", barMaxWidth: 16, data: data.right, label: label("right", "ink-2") },
        ],
      });
    }
    draw();
    document.addEventListener("theme", draw);
    window.addEventListener("resize", function () { chart.resize(); });
  }
  function bars(node) {
    const data = JSON.parse(node.dataset.bars);
    node.style.height = 40 + 30 * data.rows.length + "px";
    const chart = echarts.init(node, null, { renderer: "svg" });
    const all = data.first.map(function (late, n) { return late + data.second[n]; });
    function draw() {
      const text = { color: token("ink-2"), fontSize: size("t-xs") }, wide = node.clientWidth * 0.42;
      chart.setOption({
        animation: false, aria: { enabled: true }, color: [token("bad"), token("chart-2")],
        textStyle: { fontFamily: token("font") },
        legend: { data: data.names, top: 0, right: 0, itemWidth: 10, itemHeight: 10, icon: "rect", textStyle: text },
        grid: { left: 4, right: 48, top: 28, bottom: 0, containLabel: true },
        tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, confine: true, backgroundColor: token("sheet"), borderColor: token("line"),
          textStyle: { color: token("ink"), fontSize: size("t-s") }, valueFormatter: figure },
        xAxis: { type: "value", axisLabel: { show: false }, splitLine: { show: false }, minInterval: 1 },
        yAxis: { type: "category", inverse: true, data: data.rows, axisTick: { show: false }, axisLine: { show: false },
          axisLabel: Object.assign({ width: wide, overflow: "truncate" }, text) },
        series: [
          { name: data.names[0], type: "bar", stack: "all", barMaxWidth: 16, data: data.first },
          { name: data.names[1], type: "bar", stack: "all", barMaxWidth: 16, data: data.second,
            label: { show: true, position: "right", color: token("ink-2"), fontSize: size("t-xs"),
              formatter: function (p) { const late = data.first[p.dataIndex]; return late ? late + " / " + all[p.dataIndex] : String(all[p.dataIndex]); } } },
        ],
      });
    }
    draw();
    document.addEventListener("theme", draw);
    window.addEventListener("resize", function () { chart.resize(); draw(); });
  }
  function start(root) {
    root.querySelectorAll("[data-pyramid]").forEach(pyramid);
    root.querySelectorAll("[data-bars]").forEach(bars);
  }
  start(document);
  document.addEventListener("htmx:load", function (event) { if (event.detail.elt !== document.body) { start(event.detail.elt); } });
})();
