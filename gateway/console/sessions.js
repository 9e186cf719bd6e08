// Sessions: those of a user, all, and one in detail.

import * as api from './api.js';
import { confirmEnd } from './dialog.js';
import { announce, el, failure, table, value } from './dom.js';
import { ago, browser, count, date, plural } from './format.js';
import { userLink } from './users.js';

const kPage = 100;
const none = () => el('span', { class: 'quiet' }, '–');
const when = (seconds) => (seconds === null || seconds === undefined ? none() : el('time', { datetime: new Date(seconds * 1000).toISOString(), title: date(seconds) }, ago(seconds)));
const stranger = (text, shown = text) => (text ? value(shown.length > 80 ? `${shown.slice(0, 80)}…` : shown, { title: text }) : none());
const sessionLink = (session) => el('a', { class: 'mono', href: `#/session/${session.name}${session.subject ? `/${encodeURIComponent(session.subject)}` : ''}` }, session.name);

function columns({ withUser, self, onEnd }) {
  return [
    { label: 'Session', cell: (session) => [sessionLink(session), session.name === self.session ? el('span', { class: 'tag' }, 'yours') : null].filter(Boolean) },
    withUser && { label: 'User', cell: (session) => (session.subject ? userLink(session.subject) : el('span', { class: 'quiet' }, 'a visitor')) },
    { label: 'Browser', cell: (session) => stranger(session.agent, session.agent ? browser(session.agent) : '') },
    { label: 'Address', cell: (session) => stranger(session.client) },
    { label: 'Login', cell: (session) => when(session.authenticated ?? session.created) },
    { label: 'Last seen', cell: (session) => when(session.last_seen) },
    { label: 'Ends', cell: (session) => when(session.expires) },
    onEnd && { label: 'End it', cell: (session) => el('button', { type: 'button', class: 'danger', 'aria-label': `End session ${session.name}`, onclick: () => onEnd(session) }, 'End') },
  ].filter(Boolean).map((column) => ({ ...column, cell: (item) => column.cell(item) }));
}

// Ends one session, with a second question for one's own.
function endOne(session, self) {
  const own = session.name === self.session;
  return confirmEnd({
    title: own ? 'End your own session?' : 'End this session?',
    text: session.subject ? `${session.subject} is logged out of ${session.agent ? browser(session.agent) : 'that browser'} at once.` : 'The visitor loses what the session holds.',
    button: 'End session',
    second: own ? 'This is the session that I am using. I will be logged out.' : null,
    work: (progress, signal) => api.end(`sessions/${session.name}`, { subject: session.subject ?? undefined }, progress, signal),
  });
}

async function every(subject, signal) {
  const all = [];
  for (let cursor; ;) {
    const page = await api.sessions({ subject, cursor, limit: 1000 }, signal);
    all.push(...page.sessions);
    cursor = page.cursor;
    if (!cursor) return all;
  }
}

export async function user(root, signal, [subject], self) {
  const again = () => user(root, signal, [subject], self);
  const title = el('h1', {}, 'Sessions of ', value(subject));
  let all;
  try {
    all = await every(subject, signal);
  } catch (error) {
    if (!signal.aborted) root.replaceChildren(title, failure(error, again));
    return;
  }
  const own = subject === self.subject;
  const endAll = async (except) => {
    const number = except ? all.length - 1 : all.length;
    await confirmEnd({
      title: except ? `End the other ${plural(number, 'session', 'sessions')}?` : `End all ${plural(number, 'session', 'sessions')}?`,
      text: `${subject} is logged out of ${except ? 'every other browser' : 'every browser'} at once. Logins that come later are not affected.`,
      button: `End ${plural(number, 'session', 'sessions')}`,
      second: own && !except ? 'One of them is the session that I am using. I will be logged out.' : null,
      work: (progress, stop) => api.end('sessions', { subject, except }, progress, stop),
    });
    return again();
  };
  const mine = all.find((session) => session.name === self.session);
  const list = table(plural(all.length, 'session', 'sessions') + ', those that began last first', columns({ self, onEnd: async (session) => {
    await endOne(session, self);
    await again();
  } }));
  let shown = 0;
  const more = el('button', { type: 'button', onclick: () => add() }, 'Show more');
  const add = () => {
    list.add(all.slice(shown, shown + kPage));
    shown = Math.min(all.length, shown + kPage);
    more.hidden = shown >= all.length;
  };
  add();
  root.replaceChildren(
    el('p', {}, el('a', { href: '#/users' }, 'All users')), title,
    el('div', { class: 'bar' },
      mine && all.length > 1 ? el('button', { type: 'button', class: 'danger', onclick: () => endAll(mine.name) }, 'End all but mine') : null,
      all.length > 0 ? el('button', { type: 'button', class: 'danger', onclick: () => endAll(undefined) }, `End all ${count(all.length)}`) : null),
    all.length > 0 ? el('div', { class: 'card' }, list.element) : el('p', { class: 'notice' }, 'This user is not logged in anywhere.'),
    more);
  announce(plural(all.length, 'session', 'sessions'));
}

export function sessions(root, signal, _words, self) {
  let cursor;
  const names = new Set();   // while the store changes, a page may repeat some
  const problem = el('div');
  const list = table('', columns({ withUser: true, self, onEnd: async (session) => {
    if (await endOne(session, self) !== null) sessions(root, signal, [], self);
  } }));
  const load = async () => {
    more.disabled = true;
    try {
      const before = names.size;
      do {
        const page = await api.sessions({ cursor, limit: kPage }, signal);
        const fresh = page.sessions.filter((session) => !names.has(session.name));
        fresh.forEach((session) => names.add(session.name));
        list.add(fresh);
        cursor = page.cursor;
      } while (cursor && names.size < before + kPage / 2);
      problem.replaceChildren();
    } catch (error) {
      if (signal.aborted) return;
      problem.replaceChildren(failure(error, load));
    }
    more.disabled = false;
    more.hidden = !cursor;
    list.title.textContent = cursor ? `${count(names.size)} of all sessions, in no order` : `All ${plural(names.size, 'session', 'sessions')}, in no order`;
    empty.hidden = names.size > 0;
    announce(list.title.textContent);
  };
  const endEverything = async () => {
    const live = (await api.stats(signal).catch(() => null))?.live?.sessions;
    await confirmEnd({
      title: live ? `End all ${plural(live, 'session', 'sessions')} of everybody?` : 'End all sessions of everybody?',
      text: 'Every user is logged out, and visitors lose what their sessions hold. It takes a while if there are many.',
      button: 'End all sessions',
      second: 'I mean everybody, me too: my session ends last.',
      work: (progress, stop) => api.end('sessions', { all: 'true', confirm: 'all' }, progress, stop),
    });
    return sessions(root, signal, [], self);
  };
  const more = el('button', { type: 'button', hidden: true, onclick: load }, 'Show more');
  const empty = el('p', { class: 'notice', hidden: true }, 'There is no session.');
  root.replaceChildren(el('h1', {}, 'All sessions'),
    el('div', { class: 'bar' }, el('button', { type: 'button', class: 'danger', onclick: endEverything }, 'End all sessions…')),
    problem, empty, el('div', { class: 'card' }, list.element), more);
  return load();
}

export async function session(root, signal, [name, subject], self) {
  const again = () => session(root, signal, [name, subject], self);
  const title = el('h1', {}, 'Session ', el('span', { class: 'mono' }, name));
  root.replaceChildren(title, el('p', { class: 'quiet' }, 'Looking for it…'));
  let found;
  try {
    found = await api.session(encodeURIComponent(name), subject, signal);
  } catch (error) {
    if (!signal.aborted) root.replaceChildren(title, failure(error, again));
    return;
  }
  const rows = [
    ['User', found.subject ? userLink(found.subject) : el('span', { class: 'quiet' }, 'a visitor')],
    ['Browser', found.agent ? [browser(found.agent) === found.agent ? null : `${browser(found.agent)}: `, value(found.agent)].filter(Boolean) : none()],
    ['Address', found.client ? value(found.client) : none()],
    ['Began', when(found.created)], ['Login', when(found.authenticated)], ['Last seen', when(found.last_seen)], ['Ends', when(found.expires)],
    ['Lifetime', found.lifetime ? value(found.lifetime) : el('span', { class: 'quiet' }, 'that of all sessions')],
  ];
  const attributes = 'attributes' in found
    ? el('section', { class: 'card' }, el('h2', {}, 'Attributes'), el('pre', { class: 'mono', tabindex: 0, 'aria-label': 'Attributes' }, JSON.stringify(found.attributes, null, 2)))
    : el('p', { class: 'quiet' }, 'Attributes are not shown: admin.attributes in gateway.yaml is off.');
  root.replaceChildren(title,
    found.name === self.session ? el('p', {}, el('span', { class: 'tag' }, 'This is the session that you are using')) : '',
    el('div', { class: 'bar' }, el('button', { type: 'button', class: 'danger', onclick: async () => {
      if (await endOne(found, self) !== null) location.hash = found.subject ? `#/user/${encodeURIComponent(found.subject)}` : '#/sessions';
    } }, 'End this session')),
    el('section', { class: 'card' }, el('h2', {}, 'What it knows of itself'), el('dl', {}, rows.map(([term, what]) => [el('dt', {}, term), el('dd', {}, what)]))),
    attributes);
  announce(`Session ${name}`);
}
