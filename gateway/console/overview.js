// How many sessions there are, and what has happened since the page was opened.

import * as api from './api.js';
import { Chart } from './chart.js';
import { el, failure } from './dom.js';
import { ago, count, duration, short } from './format.js';
import * as prometheus from './prometheus.js';

const kEvery = 5000;   // ms
const kKept = 180;     // points: 15 minutes
const kSeries = 6;     // a chart's
const history = [];    // {at, metrics, live}: it outlives the view, so that going back shows it again

const rate = (name, label = null) => (before, after, seconds) => {
  if (!label) return { all: (prometheus.sum(after, name) - prometheus.sum(before, name)) / seconds };
  const then = prometheus.by(before, name, label);
  return Object.fromEntries(Object.entries(prometheus.by(after, name, label))
    .map(([key, value]) => [key, Math.max(0, value - (then[key] ?? 0)) / seconds]));
};

const perSecond = (value) => `${value >= 100 ? Math.round(value) : Number(value.toPrecision(2))}/s`;
const kLatency = 'session_gateway_store_command_duration_seconds';

const kCharts = [
  { title: 'Live sessions', format: (value) => count(Math.round(value)), axis: short, values: (before, after) => ({ live: after.live }), names: { live: 'sessions' } },
  { title: 'Requests per second, by outcome', format: perSecond, rate: rate('session_gateway_requests_total', 'outcome') },
  { title: 'Logins and ends per second', format: perSecond, rate: (before, after, seconds) => ({
    login: (prometheus.sum(after, 'session_gateway_sessions_created_total') - prometheus.sum(before, 'session_gateway_sessions_created_total')
      + prometheus.sum(after, 'session_gateway_session_ids_changed_total', { cause: 'login' })
      - prometheus.sum(before, 'session_gateway_session_ids_changed_total', { cause: 'login' })) / seconds,
    ...Object.fromEntries(Object.entries(rate('session_gateway_sessions_ended_total', 'cause')(before, after, seconds))
      .map(([cause, value]) => [`ended: ${cause}`, value])) }), names: { login: 'begun or logged in' } },
  { title: 'Refusals per second, by reason', format: perSecond, rate: rate('session_gateway_refusals_total', 'reason'), busiest: true },
  { title: 'Time of the store for one command', format: duration, rate: (before, after) => ({
    p50: prometheus.quantile(before, after, kLatency, 0.5), p99: prometheus.quantile(before, after, kLatency, 0.99) }),
  names: { p50: 'half are within', p99: '99 % are within' } },
];

function points(chart) {
  const made = [];
  for (let i = chart.values ? 0 : 1; i < history.length; ++i) {
    const before = history[i - 1];
    const after = history[i];
    const seconds = before ? (after.at - before.at) / 1000 : 1;
    if (chart.values) made.push({ at: after.at, values: chart.values(before, after) });
    else if (after.restarted || !after.metrics || !before.metrics) made.push({ at: after.at, values: {} });
    else made.push({ at: after.at, values: chart.rate(before.metrics, after.metrics, seconds) });
  }
  return made;
}

// The series that have had a value, the largest first, in a fixed order of their names otherwise.
function seriesOf(chart, made) {
  const totals = new Map();
  for (const { values } of made) {
    for (const [key, value] of Object.entries(values)) totals.set(key, (totals.get(key) ?? 0) + (Number.isFinite(value) ? value : 0));
  }
  let keys = [...totals.keys()];
  if (chart.busiest) keys = keys.filter((key) => totals.get(key) > 0).sort((a, b) => totals.get(b) - totals.get(a)).slice(0, kSeries);
  else if (!chart.names || chart.title.startsWith('Logins')) keys = keys.filter((key) => totals.get(key) > 0 || chart.names?.[key]);
  return keys.map((key) => ({ key, name: chart.names?.[key] ?? key.replaceAll('_', ' ') }));
}

const figure = (label, text, kind = '') => el('div', { class: 'card' }, el('p', { class: 'label' }, label), el('p', { class: `figure ${kind}` }, text));

function figures(latest) {
  const { metrics, stats } = latest;
  const live = stats?.live;
  const up = prometheus.only(metrics, 'session_gateway_store_up');
  const cap = prometheus.only(metrics, 'session_gateway_memory_store_max_bytes');
  const used = prometheus.only(metrics, 'session_gateway_memory_store_bytes');
  const started = prometheus.only(metrics, 'process_start_time_seconds');
  const cards = [
    figure('Live sessions', live ? count(live.sessions) : !stats || stats.counting ? 'counting…' : 'not known', live ? '' : 'words'),
    figure('of users', live ? count(live.with_subject) : '–'),
    figure('of visitors', live ? count(live.without_subject) : '–'),
    figure('Store', up === 0 ? 'unreachable' : 'answers', up === 0 ? 'words bad' : 'words good'),
  ];
  if (cap) cards.push(figure('Store memory in use', `${Math.round((100 * used) / cap)} %`, used > 0.9 * cap ? 'warn' : ''));
  if (started) cards.push(figure('Gateway began', ago(started), 'words'));
  return cards;
}

// Adds a reading, and shows it twice: the metrics come at once, and a count of a large store takes a while.
async function sample(signal, show) {
  const counting = api.stats(signal);
  counting.catch(() => {});  // it is awaited below, if the metrics come
  const metrics = prometheus.parse(await api.metrics(signal));
  const started = prometheus.only(metrics, 'process_start_time_seconds');
  const before = history.at(-1);
  const reading = { at: Date.now(), metrics, stats: before?.stats, live: before?.live, started, restarted: before?.started !== started };
  history.push(reading);
  while (history.length > kKept) history.shift();
  show();
  reading.stats = await counting;
  reading.live = reading.stats.live?.sessions;
}

export function overview(root, signal) {
  const cards = el('div', { class: 'cards' });
  const problem = el('div');
  const charts = kCharts.map((spec) => ({ spec, chart: new Chart(spec.title, spec.format, spec.axis) }));
  const age = el('p', { class: 'quiet' });
  root.replaceChildren(el('h1', {}, 'Overview'), problem, cards, age, el('div', { class: 'charts' }, charts.map(({ chart }) => chart.element)));

  const show = () => {
    const latest = history.at(-1);
    if (!latest) return;
    cards.replaceChildren(...figures(latest));
    const live = latest.stats?.live;
    age.textContent = live ? `Live sessions were counted ${ago(Date.now() / 1000 - live.age)}. Charts begin when this page is opened, and go back 15 minutes.` : '';
    for (const { spec, chart } of charts) {
      const made = points(spec);
      chart.show(made, seriesOf(spec, made));
    }
  };
  const step = async () => {
    try {
      await sample(signal, show);
      problem.replaceChildren();
    } catch (error) {
      if (signal.aborted) return;
      problem.replaceChildren(failure(error), el('p', { class: 'quiet' }, 'The numbers below are from before. The page keeps asking.'));
    }
    if (signal.aborted) return;
    show();
    // Rates need two readings.
    setTimeout(step, history.length < 2 ? 1000 : document.hidden ? 4 * kEvery : kEvery);
  };
  show();
  return step();
}
