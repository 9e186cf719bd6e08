// A line chart in SVG, with a text for those who don't see it.

import { el, svg } from './dom.js';

const kWidth = 480;
const kHeight = 160;
const kLeft = 44;
const kBottom = 20;
const kTop = 8;

// The smallest of 1, 2, 5, 10, 20, ... that is not below the value.
function roundedUp(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].find((step) => step * power >= value) * power;
}

export class Chart {
  // format(value) says a value, and axis(value) in few characters.
  constructor(title, format, axis = format) {
    this.format = format;
    this.axis = axis;
    this.picture = svg('svg', { class: 'chart', viewBox: `0 0 ${kWidth} ${kHeight}`, role: 'img', 'aria-label': title });
    this.legend = el('ul', { class: 'legend' });
    this.element = el('section', { class: 'card' }, el('h2', {}, title), this.picture, this.legend);
    this.title = title;
  }

  // points: [{at, values: {key: number}}], oldest first; at in ms. series: [{name, key}], of which six are shown.
  show(points, series) {
    const known = series.slice(0, 6);
    const values = points.flatMap((point) => known.map(({ key }) => point.values[key])).filter(Number.isFinite);
    const top = roundedUp(Math.max(0, ...values));
    const begin = points[0]?.at ?? 0;
    const span = Math.max(1, (points.at(-1)?.at ?? 0) - begin);
    const x = (at) => kLeft + ((at - begin) / span) * (kWidth - kLeft - 4);
    const y = (value) => kTop + (1 - value / top) * (kHeight - kTop - kBottom);
    const grid = [0, 0.5, 1].flatMap((part) => [
      svg('line', { class: 'grid', x1: kLeft, x2: kWidth - 4, y1: y(part * top), y2: y(part * top) }),
      svg('text', { x: kLeft - 6, y: y(part * top) + 4, 'text-anchor': 'end' }, this.axis(part * top)),
    ]);
    const minutes = Math.round(span / 60000);
    const times = points.length < 2 ? [] : [
      svg('text', { x: kLeft, y: kHeight - 4 }, minutes > 0 ? `${minutes} min ago` : `${Math.round(span / 1000)} s ago`),
      svg('text', { x: kWidth - 4, y: kHeight - 4, 'text-anchor': 'end' }, 'now'),
    ];
    const lines = known.flatMap(({ key }, index) => this.lines(points, key, index + 1, x, y));
    this.picture.replaceChildren(...grid, ...times, ...lines);
    this.describe(points, known);
  }

  // A gap in the numbers is a gap in the line.
  lines(points, key, index, x, y) {
    const parts = [[]];
    for (const point of points) {
      const value = point.values[key];
      if (Number.isFinite(value)) parts.at(-1).push(`${x(point.at).toFixed(1)},${y(value).toFixed(1)}`);
      else if (parts.at(-1).length > 0) parts.push([]);
    }
    return parts.filter((part) => part.length > 0).map((part) =>
      svg('polyline', { class: `s${index} d${index}`, points: (part.length === 1 ? [part[0], part[0]] : part).join(' ') }));
  }

  describe(points, series) {
    const last = points.at(-1);
    const said = series.map(({ name, key }) => {
      const value = last?.values[key];
      return `${name}: ${Number.isFinite(value) ? this.format(value) : 'nothing'}`;
    });
    this.picture.setAttribute('aria-label', `${this.title}. Now ${said.join(', ') || 'nothing'}.`);
    this.legend.replaceChildren(...series.map(({ name, key }, index) => {
      const value = last?.values[key];
      const mark = svg('svg', { viewBox: '0 0 24 8', 'aria-hidden': 'true' },
        svg('line', { class: `s${index + 1} d${index + 1}`, x1: 0, x2: 24, y1: 4, y2: 4 }));
      return el('li', {}, mark, ` ${name} `, el('strong', {}, Number.isFinite(value) ? this.format(value) : '–'));
    }));
  }
}
