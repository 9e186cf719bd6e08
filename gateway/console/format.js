// Numbers, times and browsers as people read them.

const kUnits = [['year', 31557600], ['month', 2629800], ['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const plain = new Intl.NumberFormat('en');

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const short = (number) => compact.format(number);
export const count = (number) => plain.format(number);
export const plural = (number, one, many) => `${count(number)} ${number === 1 ? one : many}`;

// "5 minutes ago", "in 2 hours".
export function ago(unixSeconds, now) {
  const difference = unixSeconds - now;
  if (Math.abs(difference) < 1) return 'now';
  const [unit, size] = kUnits.find(([, each]) => Math.abs(difference) >= each);
  return relative.format(Math.trunc(difference / size), unit);
}

export const date = (unixSeconds) => exact.format(new Date(unixSeconds * 1000));

export function duration(seconds) {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 1e-3) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${(seconds * 1e3).toPrecision(2)} ms`;
  return `${seconds.toPrecision(2)} s`;
}

const kBrowsers = [[/\bEdg(?:e|A|iOS)?\//, 'Edge'], [/\bOPR\//, 'Opera'], [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'], [/\bSafari\//, 'Safari'], [/^curl\//, 'curl']];
const kSystems = [[/\bAndroid\b/, 'Android'], [/\b(?:iPhone|iPad|iPod)\b/, 'iOS'], [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'], [/\bCrOS\b/, 'ChromeOS'], [/\bLinux\b/, 'Linux']];

// "Firefox on Linux"; what is none of the known ones stays as it is.
export function browser(agent) {
  const of = (rows) => rows.find(([pattern]) => pattern.test(agent))?.[1];
  const name = of(kBrowsers);
  const system = of(kSystems);
  if (!name) return agent;
  return system ? `${name} on ${system}` : name;
}
