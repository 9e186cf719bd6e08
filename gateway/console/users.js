// Who is logged in: users with how many sessions each has.

import * as api from './api.js';
import { announce, el, failure, table, value } from './dom.js';
import { count, plural } from './format.js';

const kShown = 200;   // rows at first, and more with each press of the button
const kPage = 1000;

export const userLink = (subject) => el('a', { href: `#/user/${encodeURIComponent(subject)}` }, value(subject));

export function users(root, signal, [prefix = '']) {
  const found = new Map();
  let shown = kShown;
  let complete = false;
  const list = table('', [
    { label: 'User', cell: ([subject]) => userLink(subject) },
    { label: 'Sessions', number: true, cell: ([, sessions]) => count(sessions) },
  ]);
  const problem = el('div');
  const state = el('p', { class: 'quiet' }, 'Looking through the store…');
  const more = el('button', { type: 'button', hidden: true, onclick: () => { shown += kShown; show(); } }, 'Show more');
  const input = el('input', { type: 'search', id: 'prefix', name: 'prefix', maxlength: 256, autocomplete: 'off', spellcheck: 'false' });
  input.value = prefix;
  const form = el('form', { class: 'bar', role: 'search', onsubmit: (event) => {
    event.preventDefault();
    location.hash = input.value ? `#/users/${encodeURIComponent(input.value)}` : '#/users';
  } },
  el('div', { class: 'field' }, el('label', { for: 'prefix' }, 'Users whose name begins with'), input),
  el('button', { type: 'submit', class: 'primary' }, 'Search'));
  root.replaceChildren(el('h1', {}, 'Users'), form, problem, state, el('div', { class: 'card' }, list.element), more);

  const show = () => {
    const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
    list.set(sorted.slice(0, shown));
    more.hidden = sorted.length <= shown;
    list.title.textContent = sorted.length <= shown ? plural(sorted.length, 'user', 'users')
      : `${count(shown)} of ${plural(sorted.length, 'user', 'users')}`;
    list.element.hidden = sorted.length === 0;
  };
  const scan = async () => {
    for (let cursor; ;) {
      const page = await api.subjects({ prefix, cursor, limit: kPage }, signal);
      for (const { subject, sessions } of page.subjects) found.set(subject, (found.get(subject) ?? 0) + sessions);
      cursor = page.cursor;
      if (!cursor) break;
      state.textContent = `${plural(found.size, 'user', 'users')} so far; looking further…`;
      if (list.rows() < shown) show();
    }
    complete = true;
  };
  return scan().catch((error) => {
    if (signal.aborted) return;
    problem.replaceChildren(failure(error, () => users(root, signal, [prefix])));
  }).then(() => {
    if (signal.aborted) return;
    show();
    const none = prefix ? 'Nobody whose name begins so is logged in.' : 'Nobody is logged in.';
    state.textContent = !complete ? 'The list is not complete.' : found.size === 0 ? none : '';
    announce(state.textContent || list.title.textContent);
  });
}
