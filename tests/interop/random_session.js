'use strict';
// Sessions such as applications keep, and such as none should: the same one for the same seed. Every string is
// valid Unicode; no member of the session itself has a name that express-session takes for its own.

const NUMBERS = [
  0, -0, 1, -1, 0.1, -2.5, 1e-7, 5e-324, 1e-300, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 53,
  2 ** 63, -(2 ** 63), 2 ** 64, 1e20, 1e21, 1.5e300, Number.MAX_VALUE, -Number.MAX_VALUE, NaN, Infinity,
];
const STRINGS = [
  '', ' ', 'alice', 'a "quoted" \\ one / two', '\0', '\u0001\u001f\u007f\u0080\u009f', '\b\f\n\r\t',
  '\u2028\u2029', '\ufeffmark', '\ufffe\uffff', 'e\u0301 \u00e9', 'Příliš žluťoučký kůň', 'мир', 'שלום',
  '日本語', '😀👩‍👩‍👧', '\u{10ffff}', '%41%zz+', 'null', '1e5', '</script>',
];
const KEYS = [
  '', ' ', '0', '-1', 'a.b', 'a/b~c', '$ref', 'ключ', '鍵', '😀', '"', '\\', '\0', '__proto__', 'constructor',
  'toString', 'hasOwnProperty', 'length', 'cookie', 'id', 'k'.repeat(300),
];

// [from, how many]: ASCII, and all that is no half of a surrogate pair.
const CHARACTERS = [[0, 0x80], [0, 0xd800], [0xe000, 0x2000], [0x10000, 0x100000]];

// mulberry32
function generator(seed) {
  let state = Math.imul(seed, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function randomSession(seed) {
  const random = generator(seed);
  const below = (limit) => Math.floor(random() * limit);
  const one = (list) => list[below(list.length)];
  const several = (most, make) => Array.from({ length: below(most + 1) }, make);

  const bits = () => new Float64Array(Uint32Array.of(random() * 2 ** 32, random() * 2 ** 32).buffer)[0];
  const number = () => one([() => one(NUMBERS), () => below(1000), random, () => random() * 2 ** 60, bits])();
  const point = () => {
    const [from, many] = one(CHARACTERS);
    return from + below(many);
  };
  const text = () => String.fromCodePoint(...several(20, point));
  const string = () => (below(30) === 0 ? text().repeat(100) : one([() => one(STRINGS), text])());
  const date = () => new Date(below(2) ? below(2 ** 41) : (random() - 0.5) * 1.7e16);
  const plain = () => one([number, string, date, () => null, () => true, () => false])();
  const key = () => (below(2) ? one(KEYS) : text());

  // fromEntries makes "__proto__" a member like any other, as JSON.parse does.
  const object = (depth) => Object.fromEntries(several(4, () => [key(), value(depth - 1)]));
  const value = (depth) => {
    if (depth === 0 || below(3)) return plain();
    return below(2) ? several(4, () => value(depth - 1)) : object(depth);
  };
  const members = several(8, (_, i) => [`${i}:${key()}`, value(5)]);
  return { user: string(), none: [], empty: {}, since: date(), ...Object.fromEntries(members) };
}

module.exports = { randomSession };
