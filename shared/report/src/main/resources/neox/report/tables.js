// What is told in words and tables.

/** Puts contents under the heading of a section; hides one without any. */
function show(id, ...contents) {
  const section = byId(id);
  const heading = section.querySelector("h2");
  const shown = contents.flat().filter(content => content !== null);
  section.hidden = shown.length === 0;
  section.replaceChildren(...(heading ? [heading] : []), ...shown);
}

function last(series) {
  return series && series.y.length ? series.y[series.y.length - 1] : undefined;
}

function lowest(series) {
  const values = series ? series.y.filter(value => value !== null) : [];
  return values.length ? values.reduce((a, b) => Math.min(a, b)) : undefined;
}

function median(series) {
  const values = series ? series.y.filter(value => value !== null).sort((a, b) => a - b) : [];
  return values.length ? values[values.length >> 1] : undefined;
}

function entries(run, kind) {
  return run.journal.filter(entry => entry.kind === kind);
}

/** What has become of a run, as far as its journal tells. */
function stateOf(run) {
  const beginnings = run.journal.filter(entry => entry.kind === "start" || entry.kind === "end");
  const newest = beginnings[beginnings.length - 1];
  if (!newest) return "not recorded";
  if (newest.kind === "start") return isLive ? "going on" : "going on, or killed";
  return { 0: "complete", 75: "stopped, goes on when asked" }[newest.code] || `failed (exit code ${newest.code})`;
}

function showSummary() {
  const cards = runs.map((run, i) => {
    const value = (name, format) => {
      const found = last(run.series.get(name));
      return found === undefined ? null : format(found);
    };
    const loss = run.series.get("train/lm_loss");
    const best = lowest(run.series.get("validation/lm_loss"));
    const speed = median(run.series.get("runtime/tokens_per_sec"));
    const steps = loss && loss.x.length ? loss.x[loss.x.length - 1] : 0;
    const planned = entries(run, "start").map(entry => entry.last).filter(Number.isFinite).pop();
    const warnings = entries(run, "warning").length;
    const restarts = Math.max(entries(run, "start").filter(entry => entry.step > 0).length, run.replaced.length);
    const facts = [
      ["Steps", whole(steps) + (planned && planned !== steps ? ` of ${whole(planned)}` : "")],
      ["Training loss", value("train/lm_loss", found => short(found))],
      ["Best validation loss", best === undefined ? null : short(best)],
      ["Tokens seen", value("train/tokens_seen", found => short(found))],
      ["Tokens per second", speed === undefined ? null : short(speed, 3)],
      ["State", stateOf(run)],
      ["Warnings", run.journal.length ? String(warnings) : null],
      ["Restarts", String(restarts)],
    ].filter(([, text]) => text !== null);
    return h("article", { class: "card" },
      h("h3", null, runs.length > 1 ? swatch(styleOf(i, 0)) : null, run.name),
      h("dl", null, facts.map(([name, text]) => h("div", null, h("dt", null, name), h("dd", null, text)))));
  });
  show("summary", h("div", { class: "cards" }, cards));
}

const MOST_COLUMNS = 7;

/** The first and the last of many, and some between them. */
function some(values, most) {
  return values.length <= most ? values : Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]);
}

/** Losses on held-out text and scores on tasks, a table for each run. */
function showEvaluation() {
  const all = allNames();
  const names = all.filter(name => !name.endsWith(ERROR) && (/^(validation|test)\//.test(name)));
  const rank = name => [SPLITS.indexOf(name.split("/")[0]), LOSS.test(name) ? 0 : DERIVED.test(name) ? 1 : 2];
  names.sort((a, b) => rank(a)[0] - rank(b)[0] || rank(a)[1] - rank(b)[1] || (a < b ? -1 : 1));
  show("evaluation", runs.map(run => {
    const own = names.filter(name => run.series.has(name));
    if (!own.length) return null;
    const steps = some([...new Set(own.flatMap(name => run.series.get(name).x))].sort((a, b) => a - b), MOST_COLUMNS);
    const rows = own.map(name => {
      const series = run.series.get(name);
      const errors = run.series.get(name + ERROR);
      const at = (points, step) => {
        const place = points ? placeOf(points.x, step) : -1;
        return points && points.x[place] === step ? points.y[place] : undefined;
      };
      return [name, ...steps.map(step => {
        const value = at(series, step);
        const error = at(errors, step);
        return { number: value === undefined ? "" : short(value) + (error === undefined || error === null ? "" : " ± " + short(error, 2)) };
      })];
    });
    const caption = (runs.length > 1 ? run.name : "After steps") + (steps.length === MOST_COLUMNS ? ", the last and some before" : "");
    return table(caption, ["", ...steps.map(step => ({ number: whole(step) }))], rows);
  }));
}

/** Of each prompt what the network made of it at one checkpoint, which is chosen. */
function showSamples() {
  const chosen = new Map([...byId("samples").querySelectorAll("input[type=range]")].map(input => [input.name, input.value]));
  show("samples", runs.map((run, i) => {
    if (!run.samples.length) return null;
    const steps = [...new Set(run.samples.map(sample => sample.step))];
    const list = h("div", { class: "texts", "aria-live": "polite" });
    const output = h("output", null);
    const choose = place => {
      output.textContent = "step " + whole(steps[place]);
      list.replaceChildren(...run.samples.filter(sample => sample.step === steps[place]).map(sample =>
        h("blockquote", null, h("span", { class: "prompt" }, String(sample.prompt ?? "")), h("span", null, sample.text))));
    };
    const name = "sample-" + i;
    const place = Math.min(steps.length - 1, Number(chosen.get(name) ?? steps.length - 1));
    const slider = h("input", { type: "range", name, min: 0, max: steps.length - 1, step: 1, value: place, oninput: event => choose(Number(event.target.value)) });
    choose(place);
    return h("div", null, runs.length > 1 ? h("h3", null, run.name) : null,
      h("p", null, h("label", null, "After ", slider, " ", output)), list);
  }));
}

/** The times of a journal without what all of them share. */
function timeOf(entry) {
  return typeof entry.time === "string" ? entry.time.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC") : "";
}

const KINDS = new Map([["start", "began"], ["warning", "warning"], ["checkpoint", "saved"], ["end", "ended"]]);

function tellEntry(entry) {
  if (entry.kind === "start") {
    return entry.step > 0 ? `went on after step ${whole(entry.step)}` : "began" + (Number.isFinite(entry.last) ? `, for ${whole(entry.last)} steps` : "");
  }
  if (entry.kind === "checkpoint") return `checkpoint of step ${whole(entry.step)}`;
  if (entry.kind === "end") return entry.text ? String(entry.text) : { 0: "complete", 75: "stopped on request" }[entry.code] || `exit code ${entry.code}`;
  return String(entry.text ?? "");
}

/** Neighbours that say the same but for numbers become one line with a count. */
function grouped(journal) {
  const groups = [];
  for (const entry of journal) {
    const form = entry.kind + tellEntry(entry).replace(/\d[\d.,e+-]*/g, "#");
    const newest = groups[groups.length - 1];
    if (newest && newest.form === form && entry.kind !== "start" && entry.kind !== "end") newest.entries.push(entry);
    else groups.push({ form, entries: [entry] });
  }
  return groups;
}

function showJournal() {
  show("journal", runs.map(run => {
    const again = run.replaced.map(([from, to]) => h("li", null, `Steps ${whole(from)} to ${whole(to)} were taken again after a restart; what they recorded the first time is in metrics.replaced.jsonl.`));
    const rows = grouped(run.journal).map(({ entries: same }) => {
      const newest = same[same.length - 1];
      const count = same.length > 1 ? h("span", { class: "hint" }, ` (the last of ${same.length} like it)`) : null;
      const kind = KINDS.get(newest.kind) ?? String(newest.kind);
      return [h("span", { class: "time" }, timeOf(newest)), h("span", { class: "kind " + (newest.kind === "warning" ? "warning" : "") }, kind),
        { number: Number.isFinite(newest.step) ? whole(newest.step) : "" }, h("span", null, tellEntry(newest), count)];
    });
    if (!rows.length && !again.length) return null;
    return h("div", null,
      again.length ? h("ul", null, again) : null,
      run.journalLeftOut ? h("p", { class: "hint" }, `${whole(run.journalLeftOut)} entries in the middle are left out; they are in journal.jsonl.`) : null,
      rows.length ? table(runs.length > 1 ? run.name : "Beginnings, warnings, checkpoints, ends", ["Time", "What", { number: "Step" }, ""], rows) : null);
  }));
}

/** "key: value  # origin" lines as a map; nested keys with dots. */
function settingsOf(yaml) {
  const settings = new Map();
  const path = [];
  for (const line of yaml.split("\n")) {
    const match = /^( *)([^\s#:][^:]*):(?: (.*))?$/.exec(line);
    if (!match) continue;
    path.length = match[1].length / 2;
    path.push(match[2]);
    const value = (match[3] || "").replace(/\s{2,}# .*$/, "").trim();
    if (value) settings.set(path.join("."), value);
  }
  return settings;
}

function showConfiguration() {
  const own = runs.filter(run => run.configuration);
  const contents = [];
  if (own.length > 1) {
    const settings = own.map(run => settingsOf(run.configuration));
    const keys = [...new Set(settings.flatMap(map => [...map.keys()]))].sort();
    const rows = keys.filter(key => new Set(settings.map(map => map.get(key))).size > 1)
      .map(key => [key, ...settings.map(map => map.get(key) ?? "")]);
    contents.push(rows.length ? table("What differs", ["", ...own.map(run => run.name)], rows) : h("p", null, "All runs have the same configuration."));
  }
  contents.push(...own.map(run => h("details", { class: "configuration" },
    h("summary", null, runs.length > 1 ? run.name : "Every key, its value and where it came from"),
    h("pre", { tabindex: "0" }, run.configuration))));
  show("configuration", contents);
}

function showEnvironment() {
  const environments = runs.map(run => entries(run, "start").map(entry => entry.environment || {}).pop() || {});
  const keys = [...new Set(environments.flatMap(Object.keys))];
  const text = value => (value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));
  show("environment", keys.length
    ? table("Where the newest part of each run was computed", ["", ...runs.map(run => run.name)], keys.map(key => [key, ...environments.map(found => text(found[key]))]))
    : null);
}

function showFooter() {
  const thinnedCurves = runs.flatMap(run => [...run.series.values()]).filter(series => series.x.length < series.n);
  const most = thinnedCurves.reduce((longest, series) => Math.max(longest, series.n), 0);
  byId("footer").replaceChildren(
    h("p", null, "Made by neox-train from what the runs recorded (metrics.jsonl and the files beside it). Values have six significant digits. ",
      thinnedCurves.length
        ? `Curves are thinned: of up to ${whole(most)} points at most ${whole(page.mostPoints)} are drawn, in each of as many equal parts the lowest, the highest and the first that is no number, so that no spike is lost.`
        : "Every recorded point is drawn.",
      page.leftOut ? ` ${whole(page.leftOut)} names are left out, for there are too many.` : ""));
}
