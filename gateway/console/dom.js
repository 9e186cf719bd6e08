// Makes elements. Texts become text nodes and attributes, never markup, because names and agents are strangers' words.

const kSvg = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

export const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
export const svg = (name, attributes = {}, ...children) => fill(document.createElementNS(kSvg, name), attributes, children);

// Characters that show nothing, or turn around what is next to them. Emoji are joined by U+200D, which stays.
const kInvisible = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
export const visible = (text) => text.replace(kInvisible, (c) => `\u27e8U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}\u27e9`);

// A stranger's text: isolated, so that its direction changes nothing around it.
export const value = (text, attributes = {}) => el('bdi', { class: 'value', dir: 'auto', ...attributes }, visible(text));

// Says something to whoever listens to the page instead of looking at it.
export function announce(text) {
  document.getElementById('announce').textContent = text;
}

// A table whose rows become cards in narrow windows. The roles are said, because the cards' CSS takes them away.
// columns: {label, cell(item), number}.
export function table(caption, columns) {
  const body = el('tbody', { role: 'rowgroup' });
  const head = el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, columns.map((column) =>
    el('th', { role: 'columnheader', scope: 'col', class: column.number ? 'number' : null }, column.label))));
  const title = el('caption', {}, caption);
  const row = (item) => el('tr', { role: 'row' }, columns.map((column) =>
    el('td', { role: 'cell', 'data-label': column.label, class: column.number ? 'number' : null }, column.cell(item))));
  return {
    element: el('table', { class: 'list', role: 'table' }, title, head, body),
    title,
    add: (items) => body.append(...items.map(row)),
    set: (items) => body.replaceChildren(...items.map(row)),
    rows: () => body.children.length,
  };
}

export function notice(title, text, actions = []) {
  return el('div', { class: 'notice error', role: 'alert' }, el('h2', {}, title), el('p', {}, text), actions);
}

// Says what went wrong, and offers what helps: a login by way of a reload if the operator's session has ended, or `again`.
// null: nothing does but waiting.
export function failure(error, again = null) {
  const help = error.status === 401
    ? el('button', { type: 'button', class: 'primary', onclick: () => location.reload() }, 'Log in')
    : again && el('button', { type: 'button', onclick: again }, 'Try again');
  return notice(error.title ?? 'This page has failed', error.message, help ? [help] : []);
}
