// Which charts there are: the names that runs recorded, by what they tell.

const LOSS = /^(train|validation|test)(?:\/(.+))?\/lm_loss$/;
const SPLITS = ["train", "validation", "test"];
const BITS = /^validation(?:\/(.+))?\/bits_per_byte$/;
const DERIVED = /\/(lm_loss_ppl|lm_loss_char_lvl_ppl|bits_per_byte)$/;
const TASK = /^validation\/([^/]+)$/;
const ERROR = "_stderr";
const MOST_LINES = 8;
const COLOURS = 8;

/** "validation/code" -> "validation code". */
function lossLabel(name) {
  const [, split, set] = LOSS.exec(name);
  return set ? `${split} ${set}` : split;
}

function allNames() {
  return [...new Set(runs.flatMap(run => [...run.series.keys()]))].sort();
}

/** A number of neox-eval's tasks, and not one that the objective reports of validation, too. */
function isTask(name, names) {
  const match = TASK.exec(name);
  return match !== null && !name.endsWith(ERROR) && !LOSS.test(name) && !DERIVED.test(name) && !names.includes("train/" + match[1]);
}

/** Charts in their order: {title, format, names, label(name), zero, note, isMore}. */
function catalogue() {
  const names = allNames();
  const left = new Set(names.filter(name => name !== "train/tokens_seen" && !(name.endsWith(ERROR) && names.includes(name.slice(0, -ERROR.length)))));
  const take = test => [...left].filter(test).filter(name => left.delete(name));
  const charts = [];
  const add = (title, test, more) => {
    const taken = take(test);
    if (taken.length) charts.push({ title, names: taken, label: name => name, ...more });
  };
  add("Loss", name => LOSS.test(name), { label: lossLabel });
  charts.forEach(loss => loss.names.sort((a, b) => SPLITS.indexOf(LOSS.exec(a)[1]) - SPLITS.indexOf(LOSS.exec(b)[1])));
  add("Learning rate", name => name === "train/learning_rate", { zero: true });
  add("Gradient norm", name => name === "train/grad_norm");
  add("Tokens per second", name => name === "runtime/tokens_per_sec", { zero: true });
  add("Time of a step", name => name === "runtime/iteration_time", { zero: true, format: "seconds" });
  add("Memory", name => /memory|_bytes\b|(^|[/_])(rss|mem)([/_]|$)/i.test(name) && !/percent|util/i.test(name), { zero: true, format: "bytes", label: lastWords });
  add("Share of peak operations (MFU, HFU)", name => /flops_utilization$|[_/](mfu|hfu)$/i.test(name), { zero: true, format: "percent", label: name => (/model|mfu/i.test(name) ? "MFU" : "HFU") });
  add("Bits per byte", name => BITS.test(name), { label: name => BITS.exec(name)[1] || "validation" });
  for (const name of [...left].filter(name => isTask(name, names))) {
    add(TASK.exec(name)[1], other => other === name, { label: other => TASK.exec(other)[1], error: ERROR });
  }
  for (const name of [...left].filter(name => /^train\/[^/]+$/.test(name))) {
    const pair = [name, name.replace("train/", "validation/")];
    add(name.slice("train/".length), other => pair.includes(other), { label: other => other.split("/")[0] });
  }
  for (const family of [...new Set([...left].filter(name => name.includes("/")).map(name => name.split("/")[0]))].sort()) {
    const members = [...left].filter(name => name.startsWith(family + "/"));
    const isOne = family === "timers" || family === "timer" || members.length > 12;
    if (isOne) add(family, name => members.includes(name), { isMore: true, zero: true, label: name => name.slice(family.length + 1) });
  }
  for (const name of [...left]) add(name, other => other === name, { isMore: true });
  return charts;
}

function lastWords(name) {
  return name.split("/").pop();
}

/** Colours tell runs apart, or curves when there is one run; dashes the rest. */
function styleOf(run, line) {
  const place = runs.length > 1 ? run : line;
  return {
    colour: "c" + (place % COLOURS),
    dash: DASHES[(runs.length > 1 ? line + Math.floor(run / COLOURS) : Math.floor(line / COLOURS)) % DASHES.length],
  };
}

function lastValue(name) {
  return Math.max(...runs.map(run => {
    const series = run.series.get(name);
    return series && series.y.length ? series.y[series.y.length - 1] ?? 0 : -Infinity;
  }));
}

/** The chart as [Chart] wants it; of many curves the largest. */
function chartOf(entry) {
  let names = entry.names;
  let note = null;
  if (names.length > MOST_LINES) {
    names = [...names].sort((a, b) => lastValue(b) - lastValue(a)).slice(0, MOST_LINES);
    note = `The largest ${MOST_LINES} of ${entry.names.length}; all are in metrics.jsonl.`;
  }
  const lines = runs.flatMap((run, i) => names.map((name, j) => ({ name, j }))
    .filter(({ name }) => run.series.has(name))
    .map(({ name, j }) => ({
      run: i, name, label: entry.label(name), ...styleOf(i, j),
      points: () => onAxis(run, run.series.get(name)),
      error: entry.error && run.series.has(name + entry.error) ? () => errorsOf(run, name, entry.error) : null,
    })));
  return { title: entry.title, format: entry.format, zero: entry.zero, note, lines };
}

function errorsOf(run, name, suffix) {
  const errors = run.series.get(name + suffix);
  return run.series.get(name).x.map(step => {
    const place = placeOf(errors.x, step);
    return errors.x[place] === step ? errors.y[place] : null;
  });
}

/** What the x axis spans: the whole of the runs that are shown, the same in every chart. */
function wholeRange() {
  const ends = runs.filter((_, i) => !view.hiddenRuns.has(i)).flatMap(run => [...run.series.values()].filter(series => series.x.length)
    .flatMap(series => [series.x[0], series.x[series.x.length - 1]].map(step => (view.tokens ? tokensAt(run.series.get("train/tokens_seen"), step) : step))));
  const [first, last] = ends.length ? [ends.reduce((a, b) => Math.min(a, b)), ends.reduce((a, b) => Math.max(a, b))] : [0, 1];
  return [first, last > first ? last : first + 1];
}

/** A series over steps, or over the tokens that had been seen then. */
function onAxis(run, series) {
  const seen = run.series.get("train/tokens_seen");
  return view.tokens && seen ? { x: series.x.map(step => tokensAt(seen, step)), y: series.y } : series;
}

function tokensAt(seen, step) {
  const place = placeOf(seen.x, step);
  if (seen.x[place] === step) return seen.y[place];
  const [x0, y0] = place ? [seen.x[place - 1], seen.y[place - 1]] : [0, 0];
  if (place === seen.x.length) return y0;
  return y0 + ((step - x0) / (seen.x[place] - x0)) * (seen.y[place] - y0);
}
