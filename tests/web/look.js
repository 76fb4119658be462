// What a page shows that it should not: one line each, empty when all is well.
(lang) => {
  const seen = (e) => e.offsetParent !== null && getComputedStyle(e).visibility === "visible" &&
    !e.closest(".sr-only, .skip, .select2-hidden-accessible") && e.getClientRects().length > 0;
  const all = (query) => [...document.querySelectorAll(query)].filter(seen);
  const where = (e) => `<${e.tagName.toLowerCase()} ${e.id ? "#" + e.id : "." + e.className}> ${(e.innerText || e.value || "").trim().slice(0, 40)}`;
  const own = (e) => [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join(" ").trim();
  const found = [];
  const tell = (what, elements) => {
    if (elements.length) { found.push(`${what}: ${[...new Set(elements.map(where))].slice(0, 5).join(" | ")}`); }
  };

  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) {
    tell(`wider than the window by ${root.scrollWidth - innerWidth}`, all("main *, header *").filter((e) =>
      e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".list-box, .flush, .scroll")));
    found.push(`wider than the window: ${root.scrollWidth}`);
  }
  const heads = all("h1");
  if (heads.length !== 1) { found.push(`${heads.length} h1`); }
  if (document.querySelectorAll("main").length !== 1) { found.push("not one main"); }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  if (twice.length) { found.push(`id given twice: ${twice.join(" ")}`); }

  const controls = all("a[href], button, input:not([type=hidden]), select, textarea, summary");
  const name = (e) => {
    const by = (e.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id));
    return [e.getAttribute("aria-label"), e.title, e.textContent, e.type === "submit" && e.value,
      ...[...(e.labels || []), ...by].map((l) => l && (l.textContent || l.getAttribute("aria-label")))].some((t) => t && t.trim());
  };
  tell("without a name", controls.filter((e) => !name(e) && !e.closest("[aria-hidden=true]")));
  tell("lower than 24 px", all("a.btn, button, input:not([type=hidden]), select, textarea, summary").filter((e) => {
    return [e, ...(e.labels || [])].every((part) => part.getBoundingClientRect().height < 23.5);
  }));

  const texts = all("body *").filter((e) => own(e) && !e.matches("script, style, option") && !e.closest("svg, [aria-hidden=true]"));
  tell("smaller than 12 px", texts.filter((e) => parseFloat(getComputedStyle(e).fontSize) < 11.9));

  const parts = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const over = ([r, g, b, a = 1], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const ground = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      layers.push(colour);
      if (colour.length === 3) { break; }
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const light = (colour) => colour.map((c) => c / 255).map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const weak = texts.filter((e) => {
    if (e.closest(":disabled, .disabled")) { return false; }
    const style = getComputedStyle(e), under = ground(e);
    const one = light(over(parts(style.color), under)), other = light(under);
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const size = parseFloat(style.fontSize);
    return ratio < (size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5);
  });
  tell("too weak to read", weak);

  const spoken = texts.filter((e) => e.closest("nav, th, label, h1, h2, h3, button, legend, dt, summary, .help-block, .panel-foot, .notice, .alert, .empty, .batch"));
  const foreign = lang === "zh"
    ? (t) => /[A-Za-z]{3}/.test(t) && !/[\u3400-\u9fff]/.test(t)
    : (t) => /[\u3400-\u9fff]/.test(t);
  tell("in the other language", spoken.filter((e) => foreign(own(e)) && !e.closest("kbd, [lang], [data-said], .mono, td, .brand-mark, .org, .chip")));
  return found;
}
