// Making elements. Text from records goes through `text` nodes and attributes alone: it never becomes markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
}

/** An HTML element; children are elements or text. */
function h(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children.flat());
}

/** An SVG element. */
function s(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children.flat());
}

function byId(id) {
  return document.getElementById(id);
}

/** A table in a box of its own to scroll in. Cells are text, elements, or {number: text}. */
function table(caption, heads, rows) {
  const cell = (name, content) =>
    content !== null && typeof content === "object" && "number" in content
      ? h(name, { class: "number" }, content.number)
      : h(name, null, content);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", null,
      h("caption", null, caption),
      h("thead", null, h("tr", null, heads.map(head => fill(cell("th", head), { scope: "col" }, [])))),
      h("tbody", null, rows.map(row => h("tr", null,
        row.map((content, i) => (i ? cell("td", content) : fill(cell("th", content), { scope: "row" }, []))))))));
}

/** A short piece of a line in the colour and dashes of a curve. */
function swatch(style) {
  return s("svg", { class: "swatch " + style.colour, width: 22, height: 10, "aria-hidden": "true" },
    s("line", { x1: 1, x2: 21, y1: 5, y2: 5, class: "curve", "stroke-dasharray": style.dash }));
}
