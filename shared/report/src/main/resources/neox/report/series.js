"use strict";

// Curves as numbers: decoding, joining, smoothing, thinning.

/** {n, x: distances, y} of the data -> {n, x: steps, y}; y is null where a value is no number. */
function decodeSeries(packed) {
  let step = 0;
  return { n: packed.n, x: packed.x.map(distance => (step += distance)), y: packed.y };
}

/** The place of the first step that is not below `step`. */
function placeOf(x, step) {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds what came later; a step that comes again replaces what was there. */
function appendSeries(series, later) {
  later.x.forEach((step, i) => {
    const place = placeOf(series.x, step);
    const isNew = series.x[place] !== step;
    series.x.splice(place, isNew ? 0 : 1, step);
    series.y.splice(place, isNew ? 0 : 1, later.y[i]);
    if (isNew) series.n++;
  });
}

/** The exponential moving average, with the bias of its beginning taken out, as TensorBoard has it. */
function smoothed(y, weight) {
  let mean = 0;
  let mass = 0;
  return y.map(value => {
    if (value === null) return null;
    mean = weight * mean + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return mean / mass;
  });
}

/** The points with x in [from, to], and one more on each side, so that lines reach the edge. */
function within(x, y, from, to) {
  const begin = Math.max(0, placeOf(x, from) - 1);
  const end = Math.min(x.length, placeOf(x, to) + 2);
  return { x: x.slice(begin, end), y: y.slice(begin, end) };
}

/** Keeps the lowest and highest value of each part, so that spikes stay. */
function thinned(points, parts) {
  const { x, y } = points;
  if (x.length <= 3 * parts) return points;
  const width = (x[x.length - 1] - x[0]) / parts || 1;
  const kept = [];
  for (let from = 0; from < x.length;) {
    const part = Math.floor((x[from] - x[0]) / width);
    let low = from;
    let high = from;
    let gap = -1;
    let to = from;
    for (; to < x.length && Math.floor((x[to] - x[0]) / width) === part; to++) {
      if (y[to] === null) gap = to;
      else {
        if (y[low] === null || y[to] < y[low]) low = to;
        if (y[high] === null || y[to] > y[high]) high = to;
      }
    }
    const places = new Set([from, low, high, to - 1]);
    if (gap >= 0) places.add(gap);
    kept.push(...[...places].sort((a, b) => a - b));
    from = to;
  }
  return { x: kept.map(i => x[i]), y: kept.map(i => y[i]) };
}

/** Round values from low to high, about `count` of them. */
function ticks(low, high, count) {
  const span = high - low;
  if (!(span > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(span / count));
  const every = [1, 2, 5, 10].map(factor => factor * power).find(step => span / step <= count) || 10 * power;
  const values = [];
  for (let i = Math.ceil(low / every - 1e-9); i * every <= high + every * 1e-9; i++) values.push(i * every);
  return values;
}

/** 1, 2, 5, 10, … between two positive numbers; few of them over many decades. */
function logTicks(low, high) {
  const decades = Math.log10(high / low);
  const factors = decades > 3 ? [1] : decades > 0.7 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9];
  const every = Math.max(1, Math.ceil(decades / 6));
  const values = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    if (power % every) continue;
    values.push(...factors.map(factor => factor * 10 ** power).filter(value => value >= low && value <= high));
  }
  return values.length > 1 ? values : [low, high];
}

const PREFIXES = [[1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];

/** A number in few characters: 12.3k, 0.00123, 1.2e-7. */
function short(value, digits = 4) {
  if (value === null || value === undefined) return "not a number";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e4) {
    const [unit, sign] = PREFIXES.find(([from]) => size >= from);
    return Number((value / unit).toPrecision(digits)) + sign;
  }
  if (size < 1e-4) return Number(value.toPrecision(digits)).toExponential();
  return size >= 1000 ? whole(value) : String(Number(value.toPrecision(digits)));
}

/** A step, with its thousands apart. */
function whole(value) {
  return Math.round(value).toLocaleString("en-US");
}

const FORMATS = {
  number: short,
  percent: (value, digits = 3) => (value === null ? "not a number" : Number((100 * value).toPrecision(digits)) + " %"),
  seconds: (value, digits = 3) => (value === null ? "not a number" : value < 1 ? short(1000 * value, digits) + " ms" : short(value, digits) + " s"),
  bytes: (value, digits = 3) => {
    if (value === null) return "not a number";
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let unit = 0;
    let rest = value;
    while (Math.abs(rest) >= 1024 && unit < units.length - 1) {
      rest /= 1024;
      unit++;
    }
    return Number(rest.toPrecision(digits)) + " " + units[unit];
  },
};
