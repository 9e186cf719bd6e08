// How many sessions there are, and what has happened since the page was opened.

import * as api from './api.js';
import { Chart } from './chart.js';
import { el, failure } from './dom.js';
import { ago, count, duration, short } from './format.js';
import * as prometheus from './prometheus.js';

const kEvery = 5000;   // ms
const kKept = 180;     // readings: 15 minutes
const kSeries = 6;     // a chart's

// Readings, oldest first; they outlive the view, so that going back shows them again. Of the metrics each keeps what the charts need.
// A reading that has failed has no `counters`, which is a gap in the lines.
const history = [];

const kLatency = 'session_gateway_store_command_duration_seconds';

function countersOf(metrics) {
  return {
    outcomes: prometheus.by(metrics, 'session_gateway_requests_total', 'outcome'),
    reasons: prometheus.by(metrics, 'session_gateway_refusals_total', 'reason'),
    ended: prometheus.by(metrics, 'session_gateway_sessions_ended_total', 'cause'),
    begun: {
      'begun or logged in': prometheus.sum(metrics, 'session_gateway_sessions_created_total')
        + prometheus.sum(metrics, 'session_gateway_session_ids_changed_total', { cause: 'login' }),
    },
    latency: prometheus.by(metrics, `${kLatency}_bucket`, 'le'),
  };
}

function gaugesOf(metrics) {
  const only = (name) => prometheus.only(metrics, name);
  return {
    up: only('session_gateway_store_up'),
    cap: only('session_gateway_memory_store_max_bytes'),
    used: only('session_gateway_memory_store_bytes'),
    started: only('process_start_time_seconds'),
  };
}

// What was counted per second between two readings of one process.
const rates = (before, after, seconds) => Object.fromEntries(Object.entries(after)
  .map(([key, value]) => [key, Math.max(0, value - (before[key] ?? 0)) / seconds]));

const prefixed = (prefix, values) => Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}${key}`, value]));
const perSecond = (value) => `${value >= 100 ? short(Math.round(value)) : Number(value.toPrecision(2))}/s`;

// keep: whether a series is shown although nothing of it has been counted.
const kCharts = [
  { title: 'Live sessions', format: (value) => count(Math.round(value)), axis: short, gauge: (reading) => ({ sessions: reading.live }), keep: () => true },
  { title: 'Requests per second, by outcome', format: perSecond, rate: (before, after, seconds) => rates(before.outcomes, after.outcomes, seconds) },
  { title: 'Logins and ends per second', format: perSecond, keep: (key) => key.startsWith('begun'), rate: (before, after, seconds) => ({
    ...rates(before.begun, after.begun, seconds), ...prefixed('ended: ', rates(before.ended, after.ended, seconds)) }) },
  { title: 'Refusals per second, by reason', format: perSecond, rate: (before, after, seconds) => rates(before.reasons, after.reasons, seconds) },
  { title: 'Time of the store for one command', format: duration, keep: () => true, rate: (before, after) => ({
    'half are within': prometheus.quantile(before.latency, after.latency, 0.5),
    '99 % are within': prometheus.quantile(before.latency, after.latency, 0.99) }) },
];

// The last reading before one, of the same process: several gateways may answer in turn.
const former = (index) => history.slice(0, index).findLast((reading) => reading.counters && reading.gauges.started === history[index].gauges.started);

function points(chart) {
  return history.map((reading, index) => {
    if (!reading.counters) return { at: reading.at, values: {} };
    if (chart.gauge) return { at: reading.at, values: chart.gauge(reading) };
    const before = former(index);
    const values = before ? chart.rate(before.counters, reading.counters, (reading.at - before.at) / 1000) : {};
    return { at: reading.at, values };
  }).filter((point, index) => chart.gauge || index > 0 || history.length === 1);
}

// The series that have had a value, the largest first.
function seriesOf(chart, made) {
  const totals = new Map();
  for (const { values } of made) {
    for (const [key, value] of Object.entries(values)) totals.set(key, (totals.get(key) ?? 0) + (Number.isFinite(value) ? value : 0));
  }
  const keys = [...totals.keys()].filter((key) => totals.get(key) > 0 || chart.keep?.(key));
  if (!chart.keep) keys.sort((a, b) => totals.get(b) - totals.get(a));
  return keys.slice(0, kSeries).map((key) => ({ key, name: key.replaceAll('_', ' ') }));
}

const figure = (label, text, kind = '') => el('div', { class: 'card' }, el('p', { class: 'label' }, label), el('p', { class: `figure ${kind}` }, text));

// What holds now: nothing of it is known while the gateway or its store does not answer.
function figures(reading) {
  const { gauges, stats, status } = reading;
  const down = status === 503 || gauges?.up === 0;
  const store = down ? ['unreachable', 'words bad'] : gauges ? ['answers', 'words good'] : ['not known', 'words'];
  const live = gauges && stats?.live;
  const counting = gauges && (!stats || stats.counting);
  const cards = [
    figure('Live sessions', live ? count(live.sessions) : counting ? 'counting…' : 'not known', live ? '' : 'words'),
    figure('of users', live ? count(live.with_subject) : '–'),
    figure('of visitors', live ? count(live.without_subject) : '–'),
    figure('Store', ...store),
  ];
  if (gauges?.cap) cards.push(figure('Store memory in use', `${Math.round((100 * gauges.used) / gauges.cap)} %`, gauges.used > 0.9 * gauges.cap ? 'warn' : ''));
  if (gauges?.started) cards.push(figure('Gateway began', ago(gauges.started, api.now()), 'words'));
  return cards;
}

function explanation(reading) {
  const live = reading.gauges && reading.stats?.live;
  const processes = new Set(history.slice(-6).filter((each) => each.gauges).map((each) => each.gauges.started));
  return [
    live ? `Live sessions were counted ${ago(reading.at / 1000 - live.age, Date.now() / 1000)}.` : '',
    'Charts begin when this page is opened, and go back 15 minutes.',
    processes.size > 1 ? 'Several gateways answer here in turn, or one has begun anew: each point is of one of them. Monitoring sums them up.' : '',
  ].filter(Boolean).join(' ');
}

// Adds a reading, and shows it twice: the metrics come at once, and a count of a large store takes a while.
async function read(signal, show) {
  const before = history.findLast((reading) => reading.counters);
  const reading = { at: Date.now() };
  try {
    const counting = api.stats(signal);
    counting.catch(() => {});  // it is awaited below, if the metrics come
    const metrics = prometheus.parse(await api.metrics(signal));
    Object.assign(reading, { counters: countersOf(metrics), gauges: gaugesOf(metrics), stats: before?.stats, live: before?.live });
    history.push(reading);
    show();
    reading.stats = await counting;
    reading.live = reading.stats.live?.sessions;
  } catch (error) {
    if (signal.aborted) throw error;
    if (!history.includes(reading)) history.push(reading);
    reading.counters = null;
    reading.gauges = null;
    reading.status = error.status;
    throw error;
  } finally {
    while (history.length > kKept) history.shift();
  }
}

export function overview(root, signal) {
  const cards = el('div', { class: 'cards' });
  const problem = el('div');
  const charts = kCharts.map((spec) => ({ spec, chart: new Chart(spec.title, spec.format, spec.axis) }));
  const note = el('p', { class: 'quiet' });
  root.replaceChildren(el('h1', {}, 'Overview'), problem, cards, note, el('div', { class: 'charts' }, charts.map(({ chart }) => chart.element)));

  const show = () => {
    const latest = history.at(-1);
    if (!latest) return;
    cards.replaceChildren(...figures(latest));
    note.textContent = explanation(latest);
    for (const { spec, chart } of charts) {
      const made = points(spec);
      chart.show(made, seriesOf(spec, made));
    }
  };
  let said = null;
  const say = (error) => {
    const title = error?.title ?? null;
    if (title !== said) problem.replaceChildren(...(error ? [failure(error), el('p', { class: 'quiet' }, error.status === 401 ? '' : 'The page keeps asking.')] : []));
    said = title;
  };
  const step = async () => {
    let failed = null;
    try {
      await read(signal, show);
    } catch (error) {
      failed = error;
    }
    if (signal.aborted) return;
    say(failed);
    show();
    if (failed?.status === 401) return;
    // Rates need two readings.
    setTimeout(step, history.length < 2 ? 1000 : document.hidden ? 4 * kEvery : kEvery);
  };
  show();
  return step();
}
