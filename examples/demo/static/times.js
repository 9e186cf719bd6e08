// Times as people read them.

import { element } from './dom.js';

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const units = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

// "3 minutes ago", of Unix seconds.
export function ago(seconds, now = Date.now() / 1000) {
  // What the clocks of browser and gateway differ by must not become the future.
  const age = Math.max(0, now - seconds);
  const [unit, size] = units.find(([, length]) => age >= length) ?? ['second', 1];
  return age < 10 ? 'just now' : relative.format(-Math.floor(age / size), unit);
}

export const exactly = (seconds) => exact.format(new Date(seconds * 1000));

// The element for it, with the exact time on hover.
export function when(seconds) {
  if (seconds === null || seconds === undefined) return 'not known';
  const date = new Date(seconds * 1000);
  return element('time', { dateTime: date.toISOString(), title: exactly(seconds) }, ago(seconds));
}
