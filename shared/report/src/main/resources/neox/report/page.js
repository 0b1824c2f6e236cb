// Putting the page together, and keeping it up to date while runs go on.

const page = JSON.parse(byId("data").textContent);
const isLive = page.live;
const runs = page.runs.map(readRun);
const POLL_MILLIS = 2000;

function readRun(packed) {
  const { series, ...rest } = packed;
  return { ...rest, series: new Map(Object.entries(series).map(([name, points]) => [name, decodeSeries(points)])) };
}

let charts = [];
let catalogueKey = "";

function drawCharts() {
  charts.filter(chart => chart.figure.isConnected && (!chart.isMore || byId("more").open)).forEach(chart => chart.draw());
  byId("reset").disabled = view.range === null;
}

/** Builds the charts anew where there are other names or runs than before. */
function arrangeCharts() {
  const list = catalogue();
  const key = JSON.stringify(runs.map(run => [...run.series.keys()]));
  if (key === catalogueKey) return;
  catalogueKey = key;
  charts = list.map(entry => Object.assign(new Chart(chartOf(entry), drawCharts), { isMore: entry.isMore || false }));
  byId("grid").replaceChildren(...charts.filter(chart => !chart.isMore).map(chart => chart.figure));
  byId("more-grid").replaceChildren(...charts.filter(chart => chart.isMore).map(chart => chart.figure));
  byId("more").hidden = !charts.some(chart => chart.isMore);
  byId("charts").hidden = charts.length === 0;
}

function arrangeControls() {
  byId("axis").querySelector("[value=tokens]").disabled = !runs.every(run => run.series.has("train/tokens_seen"));
  const fieldset = byId("runs");
  fieldset.hidden = runs.length < 2;
  if (fieldset.children.length > 1) return;
  fieldset.replaceChildren(fieldset.firstElementChild, ...runs.map((run, i) => h("label", { class: "run" },
    h("input", {
      type: "checkbox", checked: !view.hiddenRuns.has(i),
      onchange: event => {
        if (event.target.checked) view.hiddenRuns.delete(i);
        else view.hiddenRuns.add(i);
        drawCharts();
      },
    }), swatch(styleOf(i, 0)), run.name)));
}

function listenToControls() {
  byId("controls").addEventListener("submit", event => event.preventDefault());
  byId("smoothing").addEventListener("input", event => {
    view.smoothing = Number(event.target.value);
    byId("smoothing-value").textContent = String(view.smoothing);
    drawCharts();
  });
  byId("axis").addEventListener("change", event => {
    view.tokens = event.target.value === "tokens";
    view.range = null;
    drawCharts();
  });
  byId("log").addEventListener("change", event => {
    view.log = event.target.checked;
    drawCharts();
  });
  byId("reset").addEventListener("click", () => {
    view.range = null;
    drawCharts();
  });
  byId("more").addEventListener("toggle", drawCharts);
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth !== width) requestAnimationFrame(drawCharts);
    width = window.innerWidth;
  });
  window.addEventListener("beforeprint", drawCharts);
}

/** Sections that nothing has changed in stay as they are: scrolled, opened, focused. */
function showWords(changed) {
  byId("title").textContent = runs.length === 1 ? "Training run" : `${runs.length} training runs`;
  byId("subtitle").textContent = runs.length === 1 ? runs[0].name : "";
  document.title = (runs.length === 1 ? runs[0].name : `${runs.length} runs`) + " – neox-train";
  showSummary();
  if (changed.scores) showEvaluation();
  if (changed.notes) {
    showSamples();
    showJournal();
    showConfiguration();
    showEnvironment();
  }
  showFooter();
  byId("sections").replaceChildren(...["charts", "evaluation", "samples", "journal", "configuration", "environment"]
    .filter(id => !byId(id).hidden)
    .map(id => h("a", { href: "#" + id }, byId(id).querySelector("h2").textContent)));
}

const THEMES = ["auto", "light", "dark"];

/** Colours as the system has them until somebody chooses; the choice is kept where the browser allows. */
function listenToTheme() {
  const button = byId("theme");
  const stored = () => {
    try {
      return localStorage.getItem("neox-theme");
    } catch {
      return null;
    }
  };
  const apply = theme => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.textContent = { auto: "◐ auto", light: "☀ light", dark: "☾ dark" }[theme];
    button.setAttribute("aria-label", "Colours: " + theme);
  };
  let theme = THEMES.includes(stored()) ? stored() : "auto";
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    apply(theme);
    try {
      localStorage.setItem("neox-theme", theme);
    } catch {
      // The choice lasts as long as the page.
    }
  });
  apply(theme);
}

/** Takes what has come since the last answer. */
function update(changes) {
  const changed = { numbers: false, scores: false, notes: false };
  changes.forEach((change, i) => {
    const run = runs[i];
    run.at = change.at;
    if (change.whole) {
      Object.assign(run, readRun(change));
      Object.assign(changed, { numbers: true, scores: true, notes: true });
      return;
    }
    for (const [name, packed] of Object.entries(change.series)) {
      changed.numbers = true;
      changed.scores = changed.scores || /^(validation|test)\//.test(name);
      const later = decodeSeries(packed);
      if (run.series.has(name)) appendSeries(run.series.get(name), later);
      else run.series.set(name, later);
    }
    if (change.journal) {
      const { journal, journalLeftOut, samples, replaced } = change;
      Object.assign(run, { journal, journalLeftOut, samples, replaced });
      changed.notes = true;
    }
  });
  if (changed.numbers || changed.notes) drawAll(changed);
}

async function poll() {
  const told = byId("live");
  told.hidden = false;
  try {
    const answer = await fetch("data.json?" + runs.map(run => "at=" + encodeURIComponent(run.at)).join("&"), { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    update(await answer.json());
    setLive("live", true);
  } catch {
    setLive("not answering: neox-train serve has ended; the page shows what it had", false);
  }
  setTimeout(poll, document.hidden ? 5 * POLL_MILLIS : POLL_MILLIS);
}

/** Told anew only when it changes, for it is read aloud. */
function setLive(text, isOn) {
  const told = byId("live");
  if (told.textContent !== text) told.textContent = text;
  told.classList.toggle("on", isOn);
}

function drawAll(changed) {
  arrangeCharts();
  arrangeControls();
  showWords(changed);
  drawCharts();
}

listenToTheme();
listenToControls();
drawAll({ scores: true, notes: true });
if (isLive) poll();
