// One chart: an SVG that is drawn anew for its width, range and smoothing.

const MARGIN = { left: 58, right: 14, top: 10, bottom: 26 };
const DASHES = ["", "6 3", "2 3", "9 3 2 3", "12 4", "1 4"];

/** How the page is looked at; shared by all charts. */
const view = {
  smoothing: 0,
  log: false,
  tokens: false,
  range: null, // [from, to] on the x axis, or null for all
  hiddenRuns: new Set(),
};

class Chart {
  /**
   * @param spec {title, format, lines: [{run, label, name, colour, dash, points(): {x, y}, error(): y or null}],
   *   note, zero: whether the axis shows 0}
   * @param redrawAll called when the shared view changes
   */
  constructor(spec, redrawAll) {
    this.spec = spec;
    this.redrawAll = redrawAll;
    this.hidden = new Set();
    this.cursor = null;
    this.log = false;
    this.build();
  }

  build() {
    const { title, note } = this.spec;
    this.svg = s("svg", {
      class: "plot", tabindex: "0", role: "slider", "aria-orientation": "horizontal", "aria-label": title,
      onpointermove: event => this.pointerMoves(event),
      onpointerleave: () => this.drag || this.showCursor(null),
      onpointerdown: event => this.pointerGoesDown(event),
      onpointerup: event => this.pointerGoesUp(event),
      onpointercancel: () => this.endDrag(),
      ondblclick: () => this.zoom(null),
      onkeydown: event => this.keyIsPressed(event),
      onblur: () => this.showCursor(null),
    });
    this.tip = h("div", { class: "tip", hidden: true, "aria-hidden": "true" });
    this.legend = h("div", { class: "legend" });
    this.logButton = h("button", {
      type: "button", class: "small", "aria-pressed": "false", title: "Logarithmic axis for this chart",
      onclick: () => {
        this.log = !this.log;
        this.draw();
      },
    }, "log");
    this.alternative = h("details", { class: "numbers", ontoggle: () => this.fillTable() }, h("summary", null, "Table"));
    this.figure = h("figure", { class: "chart" },
      h("figcaption", null, h("h3", null, title), this.logButton),
      this.legend, h("div", { class: "stage" }, this.svg, this.tip),
      note ? h("p", { class: "hint" }, note) : null, this.alternative);
  }

  /** Lines of runs that are shown. */
  lines() {
    return this.spec.lines.filter(line => !view.hiddenRuns.has(line.run));
  }

  shown() {
    return this.lines().filter(line => !this.hidden.has(line.label));
  }

  isLog() {
    return view.log || this.log;
  }

  draw() {
    const width = Math.max(260, Math.floor(this.svg.parentElement.clientWidth || 480));
    const height = width < 420 ? 210 : 250;
    this.size = { width, height };
    this.logButton.setAttribute("aria-pressed", String(this.isLog()));
    this.drawLegend();
    this.curves = this.shown().map(line => this.curveOf(line));
    this.setScales();
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("height", height);
    const clip = "clip-" + Chart.id(this);
    this.cursorLayer = s("g", { class: "cursor" });
    this.selection = s("rect", { class: "selection", y: MARGIN.top, height: this.bottom() - MARGIN.top, width: 0 });
    this.svg.replaceChildren(
      s("defs", null, s("clipPath", { id: clip }, s("rect", {
        x: MARGIN.left, y: MARGIN.top - 4, width: this.right() - MARGIN.left, height: this.bottom() - MARGIN.top + 8 }))),
      ...this.axes(),
      s("g", { "clip-path": `url(#${clip})` }, this.curves.flatMap(curve => this.paths(curve))),
      this.selection, this.cursorLayer);
    this.showCursor(this.cursor);
    if (this.alternative.open) this.fillTable();
  }

  static id(chart) {
    Chart.ids = Chart.ids || new WeakMap();
    if (!Chart.ids.has(chart)) Chart.ids.set(chart, (Chart.count = (Chart.count || 0) + 1));
    return Chart.ids.get(chart);
  }

  drawLegend() {
    const styles = new Map();
    this.lines().forEach(line => styles.has(line.label) || styles.set(line.label, line));
    this.legend.hidden = styles.size < 2;
    const focused = this.legend.contains(document.activeElement) ? document.activeElement.dataset.label : null;
    this.legend.replaceChildren(...[...styles].map(([label, line]) => h("button", {
      type: "button", class: "key", "data-label": label, "aria-pressed": String(!this.hidden.has(label)),
      onclick: () => {
        if (!this.hidden.delete(label)) this.hidden.add(label);
        this.draw();
      },
    }, swatch(runs.length > 1 ? { colour: "neutral", dash: line.dash } : line), label)));
    if (focused !== null) [...this.legend.children].find(key => key.dataset.label === focused)?.focus();
  }

  curveOf(line) {
    const points = line.points();
    const isMany = points.x.length > 20;
    const y = view.smoothing > 0 && isMany ? smoothed(points.y, view.smoothing) : points.y;
    return { line, x: points.x, raw: points.y, y, isSmooth: y !== points.y, isSparse: points.x.length <= 40, error: line.error ? line.error() : null };
  }

  setScales() {
    this.whole = wholeRange();
    const range = view.range ? [Math.max(view.range[0], this.whole[0]), Math.min(view.range[1], this.whole[1])] : this.whole;
    this.range = range[1] > range[0] ? range : this.whole;
    let low = Infinity;
    let high = -Infinity;
    for (const curve of this.curves) {
      const points = within(curve.x, curve.isSmooth ? curve.y : curve.raw, ...this.range);
      const edges = curve.error ? curve.y.flatMap((value, i) => (value === null ? [] : [value - curve.error[i], value + curve.error[i]])) : [];
      for (const value of [...points.y, ...edges]) {
        if (!this.isDrawable(value)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    if (low > high) [low, high] = this.isLog() ? [0.1, 1] : [0, 1];
    if (this.spec.zero && !this.isLog()) low = Math.min(0, low);
    if (low === high) {
      const room = Math.abs(low) / 10 || 1;
      [low, high] = this.isLog() ? [low / 1.2, high * 1.2] : [low - room, high + room];
    }
    if (this.isLog()) {
      const factor = (high / low) ** 0.05;
      this.domain = [low / factor, high * factor];
    } else {
      const room = (high - low) * 0.05;
      this.domain = [this.spec.zero && low === 0 ? 0 : low - room, high + room];
    }
  }

  right() {
    return this.size.width - MARGIN.right;
  }

  bottom() {
    return this.size.height - MARGIN.bottom;
  }

  px(x) {
    return MARGIN.left + ((x - this.range[0]) / (this.range[1] - this.range[0])) * (this.right() - MARGIN.left);
  }

  xOf(px) {
    const share = (px - MARGIN.left) / (this.right() - MARGIN.left);
    return this.range[0] + Math.min(1, Math.max(0, share)) * (this.range[1] - this.range[0]);
  }

  py(y) {
    const [low, high] = this.domain;
    const share = this.isLog() ? Math.log(y / low) / Math.log(high / low) : (y - low) / (high - low);
    return this.bottom() - share * (this.bottom() - MARGIN.top);
  }

  format(value, digits) {
    return FORMATS[this.spec.format || "number"](value, digits);
  }

  axes() {
    const nodes = [];
    const values = this.isLog() ? logTicks(...this.domain) : ticks(...this.domain, 6);
    let before = Infinity;
    for (const value of values) {
      const y = this.py(value);
      nodes.push(s("line", { class: "grid-line", x1: MARGIN.left, x2: this.right(), y1: y, y2: y }));
      if (before - y < 13) continue;
      before = y;
      nodes.push(s("text", { class: "label", x: MARGIN.left - 7, y: y + 4, "text-anchor": "end" }, this.format(value, 3)));
    }
    nodes.push(s("line", { class: "axis", x1: MARGIN.left, x2: this.right(), y1: this.bottom(), y2: this.bottom() }));
    for (const value of ticks(...this.range, Math.max(2, Math.floor(this.size.width / 90)))) {
      const x = this.px(value);
      nodes.push(
        s("line", { class: "axis", x1: x, x2: x, y1: this.bottom(), y2: this.bottom() + 4 }),
        s("text", { class: "label", x, y: this.bottom() + 18, "text-anchor": x > this.right() - 16 ? "end" : "middle" },
          view.tokens ? short(value, 3) : whole(value)));
    }
    return nodes;
  }

  /** A curve, fainter behind its smoothed form; a band of its standard error; marks where there are no numbers. */
  paths(curve) {
    const nodes = [];
    const { line } = curve;
    if (curve.error) nodes.push(s("path", { class: "band " + line.colour, d: this.band(curve) }));
    if (curve.isSmooth) nodes.push(s("path", { class: "curve raw " + line.colour, d: this.path(curve.x, curve.raw) }));
    const weight = curve.x.length > 300 && !curve.isSmooth ? "curve fine " : "curve ";
    nodes.push(s("path", { class: weight + line.colour, d: this.path(curve.x, curve.y), "stroke-dasharray": line.dash }));
    if (curve.isSparse) {
      curve.x.forEach((x, i) => {
        if (this.isDrawable(curve.y[i])) nodes.push(s("circle", { class: "dot " + line.colour, cx: this.px(x).toFixed(1), cy: this.py(curve.y[i]).toFixed(1), r: 2.6 }));
      });
    }
    curve.x.forEach((x, i) => {
      if (curve.raw[i] === null) nodes.push(s("path", { class: "gap", d: `M${this.px(x).toFixed(1)} ${MARGIN.top}l3.5 -6h-7z` }, s("title", null, "not a number")));
    });
    return nodes;
  }

  isDrawable(value) {
    return value !== null && (!this.isLog() || value > 0);
  }

  path(x, y) {
    const points = thinned(within(x, y, ...this.range), Math.ceil(this.right() - MARGIN.left));
    let isDown = false;
    let d = "";
    points.x.forEach((at, i) => {
      const drawable = this.isDrawable(points.y[i]);
      if (drawable) d += (isDown ? "L" : "M") + this.px(at).toFixed(1) + " " + this.py(points.y[i]).toFixed(1);
      isDown = drawable;
    });
    return d;
  }

  band(curve) {
    const clamp = value => this.py(this.isLog() ? Math.max(value, this.domain[0]) : value).toFixed(1);
    const places = [...curve.x.keys()].filter(i => this.isDrawable(curve.y[i]) && curve.error[i] !== null);
    const edge = (sign, order) => order.map(i => this.px(curve.x[i]).toFixed(1) + " " + clamp(curve.y[i] + sign * curve.error[i]));
    return places.length < 2 ? "" : "M" + [...edge(1, places), ...edge(-1, [...places].reverse())].join("L") + "Z";
  }

  /** All x at which some curve has a point, for the cursor. */
  stops() {
    return [...new Set(this.curves.flatMap(curve => within(curve.x, curve.y, ...this.range).x))]
      .filter(x => x >= this.range[0] && x <= this.range[1]).sort((a, b) => a - b);
  }

  nearest(x) {
    const stops = this.stops();
    const place = placeOf(stops, x);
    const below = stops[place - 1];
    return below !== undefined && (stops[place] === undefined || x - below < stops[place] - x) ? below : stops[place];
  }

  showCursor(x) {
    this.cursor = x ?? null;
    if (!this.cursorLayer) return;
    this.cursorLayer.replaceChildren();
    this.tip.hidden = this.cursor === null || !this.curves.length;
    const at = this.cursor ?? this.range[1];
    const readings = this.readings(at);
    const where = (view.tokens ? short(at) + " tokens" : "step " + whole(at));
    this.svg.setAttribute("aria-valuemin", this.whole[0]);
    this.svg.setAttribute("aria-valuemax", this.whole[1]);
    this.svg.setAttribute("aria-valuenow", at);
    this.svg.setAttribute("aria-valuetext", where + ": " + readings.map(reading => `${reading.label} ${reading.text}`).join(", "));
    if (this.tip.hidden) return;
    const px = this.px(at);
    this.cursorLayer.append(s("line", { x1: px, x2: px, y1: MARGIN.top, y2: this.bottom() }));
    for (const { curve, value, step } of readings) {
      if (this.isDrawable(value)) {
        this.cursorLayer.append(s("circle", { class: "dot " + curve.line.colour, cx: this.px(step), cy: this.py(value), r: 4 }));
      }
    }
    this.tip.replaceChildren(h("strong", null, where), ...readings.slice(0, 10).map(reading =>
      h("div", null, swatch(reading.curve.line), h("span", null, reading.label), h("b", null, reading.text))));
    if (readings.length > 10) this.tip.append(h("div", null, `and ${readings.length - 10} more`));
    const left = px > this.size.width / 2 ? px - this.tip.offsetWidth - 12 : px + 12;
    this.tip.style.left = Math.max(0, Math.min(left, this.size.width - this.tip.offsetWidth)) + "px";
  }

  /** What each curve that has begun says at x, or at its last point before. */
  readings(x) {
    return this.curves.filter(curve => curve.x.length && curve.x[0] <= x).map(curve => {
      const place = placeOf(curve.x, x + 1e-9) - 1;
      const off = curve.x[place] === x ? "" : ` (at ${view.tokens ? short(curve.x[place]) : whole(curve.x[place])})`;
      const error = curve.error && curve.error[place] !== null ? " ± " + this.format(curve.error[place], 2) : "";
      const raw = curve.isSmooth ? ` (${this.format(curve.raw[place])})` : "";
      const many = view.hiddenRuns.size + 1 < runs.length ? runs[curve.line.run].name + " " : "";
      return { curve, label: many + curve.line.label, value: curve.y[place], step: curve.x[place], text: this.format(curve.y[place]) + error + raw + off };
    });
  }

  pointerX(event) {
    const box = this.svg.getBoundingClientRect();
    return ((event.clientX - box.left) / box.width) * this.size.width;
  }

  pointerMoves(event) {
    const px = this.pointerX(event);
    if (this.drag !== undefined) {
      this.selection.setAttribute("x", Math.min(px, this.drag));
      this.selection.setAttribute("width", Math.abs(px - this.drag));
    }
    this.showCursor(this.nearest(this.xOf(px)));
  }

  pointerGoesDown(event) {
    if (event.button === 0 && event.pointerType !== "touch") {
      this.drag = this.pointerX(event);
      this.svg.setPointerCapture(event.pointerId);
    }
  }

  pointerGoesUp(event) {
    if (this.drag === undefined) return;
    const [from, to] = [this.drag, this.pointerX(event)].sort((a, b) => a - b);
    this.endDrag();
    if (to - from > 8) this.zoom([this.xOf(from), this.xOf(to)]);
  }

  endDrag() {
    this.drag = undefined;
    this.selection.setAttribute("width", 0);
  }

  zoom(range) {
    view.range = range;
    this.redrawAll();
  }

  zoomBy(factor) {
    const [from, to] = this.range;
    const middle = this.cursor ?? (from + to) / 2;
    const range = [middle - (middle - from) * factor, middle + (to - middle) * factor];
    const isWhole = range[0] <= this.whole[0] && range[1] >= this.whole[1];
    this.zoom(isWhole ? null : range);
  }

  keyIsPressed(event) {
    const stops = this.stops();
    const place = this.cursor === null ? stops.length : placeOf(stops, this.cursor);
    const far = Math.max(1, Math.round(stops.length / 20));
    const go = to => this.showCursor(stops[Math.min(stops.length - 1, Math.max(0, to))]);
    const actions = {
      ArrowLeft: () => go(place - (event.shiftKey ? far : 1)),
      ArrowRight: () => go(place + (event.shiftKey ? far : 1)),
      PageUp: () => go(place - far),
      PageDown: () => go(place + far),
      Home: () => go(0),
      End: () => go(stops.length - 1),
      "+": () => this.zoomBy(0.5),
      "=": () => this.zoomBy(0.5),
      "-": () => this.zoomBy(2),
      Escape: () => this.zoom(null),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  }

  /** The same as numbers, for those who cannot see a curve: at most 60 rows. */
  fillTable() {
    if (!this.alternative.open) return;
    const stops = this.stops();
    const rows = Math.min(60, stops.length);
    const chosen = Array.from({ length: rows }, (_, i) => stops[rows < 2 ? 0 : Math.round((i * (stops.length - 1)) / (rows - 1))]);
    const heads = [{ number: view.tokens ? "tokens" : "step" }, ...this.curves.map(curve => ({ number: (runs.length > 1 ? runs[curve.line.run].name + " " : "") + curve.line.label }))];
    const cells = chosen.map(x => [{ number: view.tokens ? short(x) : whole(x) }, ...this.curves.map(curve => {
      const place = placeOf(curve.x, x);
      return { number: curve.x[place] === x ? this.format(curve.raw[place]) : "" };
    })]);
    const caption = this.spec.title + (stops.length > rows ? `, ${rows} of ${whole(stops.length)} points` : "");
    this.alternative.replaceChildren(this.alternative.firstElementChild, table(caption, heads, cells));
  }
}
