// Reads the metrics of the gateway (Prometheus text format 0.0.4), as far as the overview shows them.

const kLine = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const kLabel = /(\w+)="((?:[^"\\]|\\.)*)"/g;

// Maps a name to its samples: [{labels, value}].
export function parse(text) {
  const metrics = new Map();
  for (const line of text.split('\n')) {
    const match = line.startsWith('#') ? null : kLine.exec(line);
    if (!match) continue;
    const labels = Object.fromEntries([...(match[2] ?? '').matchAll(kLabel)].map(([, name, label]) => [name, label]));
    if (!metrics.has(match[1])) metrics.set(match[1], []);
    metrics.get(match[1]).push({ labels, value: Number(match[3]) });
  }
  return metrics;
}

const matches = (sample, labels) => Object.entries(labels).every(([name, value]) => sample.labels[name] === value);

export const sum = (metrics, name, labels = {}) =>
  (metrics.get(name) ?? []).filter((sample) => matches(sample, labels)).reduce((total, sample) => total + sample.value, 0);

export const only = (metrics, name, labels = {}) => (metrics.get(name) ?? []).find((sample) => matches(sample, labels))?.value;

// Sums by the values of one label.
export function by(metrics, name, label) {
  const sums = {};
  for (const sample of metrics.get(name) ?? []) sums[sample.labels[label]] = (sums[sample.labels[label]] ?? 0) + sample.value;
  return sums;
}

// A quantile of what a histogram has counted between two readings, given as {le: count}; NaN if that is nothing. The upper end of
// its bucket.
export function quantile(before, after, q) {
  const buckets = Object.entries(after).map(([le, counted]) => [le === '+Inf' ? Infinity : Number(le), counted - (before[le] ?? 0)])
    .sort(([a], [b]) => a - b);
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total <= 0) return NaN;
  return buckets.find(([, counted]) => counted >= q * total)[0];
}
