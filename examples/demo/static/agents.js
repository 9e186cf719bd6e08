// The browser and the system that a User-Agent names, as far as that can be told. The order counts: Edge and Opera also claim to be
// Chrome, and Chrome to be Safari.

const browsers = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//], ['Opera', /\b(?:OPR|Opera)\//], ['Samsung Internet', /\bSamsungBrowser\//], ['Vivaldi', /\bVivaldi\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//], ['Chrome', /\b(?:HeadlessChrome|Chrome|Chromium|CriOS)\//], ['Safari', /\bVersion\/.*Safari\//],
  ['curl', /^curl\//], ['Wget', /^Wget\//],
];
const systems = [
  ['Android', /\bAndroid\b/], ['iPhone', /\biPhone\b/], ['iPad', /\biPad\b/], ['ChromeOS', /\bCrOS\b/], ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b|\bMacintosh\b/], ['Linux', /\bLinux\b|\bX11\b/],
];

const named = (list, agent) => list.find(([, pattern]) => pattern.test(agent))?.[0];

// "Firefox on Linux"; what names none of these is shown as it came.
export function legible(agent) {
  if (!agent) return 'Unknown browser';
  const browser = named(browsers, agent);
  const system = named(systems, agent);
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? agent;
}
