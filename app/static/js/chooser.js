// Columns in two lists: what is free, and what is chosen in its order. Without this they are ticks.
"use strict";
(function () {
  document.querySelectorAll("[data-print-page]").forEach(function (button) {
    button.addEventListener("click", function () { window.print(); });
  });
  const box = document.querySelector("[data-chooser]");
  if (!box) { return; }
  const ticks = box.querySelector("[data-ticks]"), lists = box.querySelector(".chooser-lists");
  const free = box.querySelector("[data-free]"), kept = box.querySelector("[data-kept]");
  const known = new Map();
  let order = (box.dataset.order || "").split(" ").filter(Boolean);
  ticks.querySelectorAll("input[type=checkbox]").forEach(function (tick) {
    const mask = tick.dataset.masked, word = tick.parentNode.querySelector("span").textContent;
    known.set(tick.value, { word: mask ? word + " · " + mask : word, group: tick.closest("fieldset").querySelector("legend").textContent });
    tick.removeAttribute("name");
  });
  order = order.filter(function (name) { return known.has(name); });
  function option(name) {
    const made = document.createElement("option");
    made.value = name;
    made.textContent = known.get(name).word;
    return made;
  }
  function draw(picked) {
    const groups = new Map();
    free.textContent = "";
    known.forEach(function (about, name) {
      if (order.includes(name)) { return; }
      if (!groups.has(about.group)) {
        const group = document.createElement("optgroup");
        group.label = about.group;
        groups.set(about.group, group);
        free.append(group);
      }
      groups.get(about.group).append(option(name));
    });
    kept.textContent = "";
    kept.append(...order.map(option));
    [free, kept].forEach(function (list) {
      Array.from(list.options).forEach(function (one) { one.selected = picked.includes(one.value); });
    });
    box.querySelectorAll("input[type=hidden]").forEach(function (one) { one.remove(); });
    order.forEach(function (name) {
      const sent = document.createElement("input");
      sent.type = "hidden";
      sent.name = "columns";
      sent.value = name;
      box.append(sent);
    });
    box.querySelector("[data-count-free]").textContent = known.size - order.length;
    box.querySelector("[data-count-kept]").textContent = order.length;
  }
  function picked(list) { return Array.from(list.selectedOptions, function (one) { return one.value; }); }
  function add(names) { order = order.concat(names); draw(names); }
  function drop(names) { order = order.filter(function (name) { return !names.includes(name); }); draw(names); }
  function move(step) {
    const names = picked(kept), line = step < 0 ? names : names.slice().reverse();
    line.forEach(function (name) {
      const at = order.indexOf(name), to = at + step;
      if (to < 0 || to >= order.length || names.includes(order[to])) { return; }
      order.splice(at, 1);
      order.splice(to, 0, name);
    });
    draw(names);
  }
  const acts = {
    add: function () { add(picked(free)); },
    drop: function () { drop(picked(kept)); },
    all: function () { add(Array.from(known.keys()).filter(function (name) { return !order.includes(name); })); },
    none: function () { drop(order.slice()); },
    up: function () { move(-1); },
    down: function () { move(1); },
  };
  Object.keys(acts).forEach(function (name) { box.querySelector("[data-" + name + "]").addEventListener("click", acts[name]); });
  free.addEventListener("dblclick", acts.add);
  kept.addEventListener("dblclick", acts.drop);
  free.addEventListener("keydown", function (event) {
    if (event.key === "Enter" || event.key === "ArrowRight") { event.preventDefault(); acts.add(); }
  });
  kept.addEventListener("keydown", function (event) {
    if (event.key === "Delete" || event.key === "Backspace" || event.key === "ArrowLeft") { event.preventDefault(); acts.drop(); }
    if (event.altKey && event.key === "ArrowUp") { event.preventDefault(); acts.up(); }
    if (event.altKey && event.key === "ArrowDown") { event.preventDefault(); acts.down(); }
    if (event.key === "Enter") { event.preventDefault(); }
  });
  ticks.hidden = true;
  lists.hidden = false;
  draw([]);
})();
