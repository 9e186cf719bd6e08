// Sessions: those of a user, all, and one in detail.

import * as api from './api.js';
import { confirmEnd } from './dialog.js';
import { announce, el, failure, table, value } from './dom.js';
import { ago, browser, count, date, plural } from './format.js';
import { askSelf, self } from './self.js';
import { userLink } from './users.js';

const kPage = 100;
const none = () => el('span', { class: 'quiet' }, '–');
const visitor = () => el('span', { class: 'quiet' }, 'a visitor');
const stranger = (text, shown = text) => (text ? value(shown.length > 80 ? `${shown.slice(0, 80)}…` : shown, { title: text }) : none());
const sessionLink = (session) => el('a', { class: 'mono', href: `#/session/${session.name}${session.subject ? `/${encodeURIComponent(session.subject)}` : ''}` }, session.name);

// Relative, and exact on hover. What is past by the gateway's clock is never shown as to come.
function when(seconds, past = true) {
  if (seconds === null || seconds === undefined) return none();
  const now = api.now();
  const shown = ago(past ? Math.min(seconds, now) : seconds, now);
  return el('time', { datetime: new Date(seconds * 1000).toISOString(), title: date(seconds) }, shown);
}

function columns({ withUser, onEnd }) {
  return [
    { label: 'Session', cell: (session) => [sessionLink(session), session.name === self().session ? el('span', { class: 'tag' }, 'yours') : null] },
    withUser && { label: 'User', cell: (session) => (session.subject ? userLink(session.subject) : visitor()) },
    { label: 'Browser', cell: (session) => stranger(session.agent, session.agent ? browser(session.agent) : '') },
    { label: 'Address', cell: (session) => stranger(session.client) },
    { label: 'Login', cell: (session) => when(session.authenticated ?? session.created) },
    { label: 'Last seen', cell: (session) => when(session.last_seen) },
    { label: 'Ends', cell: (session) => when(session.expires, false) },
    { label: 'End it', cell: (session) => el('button', { type: 'button', class: 'danger', 'aria-label': `End session ${session.name}`, onclick: () => onEnd(session) }, 'End') },
  ].filter(Boolean);
}

// Puts the focus where it makes sense after a view was drawn anew: its heading.
function focusHeading(root) {
  const heading = root.querySelector('h1');
  heading?.setAttribute('tabindex', '-1');
  heading?.focus();
}

// Ends one session, with a second question for one's own.
async function endOne(session, signal) {
  const { session: mine } = await askSelf(signal);
  const own = session.name === mine;
  return confirmEnd({
    title: own ? 'End your own session?' : 'End this session?',
    text: session.subject ? [value(session.subject), ' is logged out of ', session.agent ? value(browser(session.agent)) : 'that browser', ' at once.'] : 'The visitor loses what the session holds.',
    button: 'End session',
    second: own ? 'This is the session that I am using. I will be logged out.' : null,
    work: (progress, stop) => api.end(`sessions/${session.name}`, { subject: session.subject ?? undefined }, progress, stop),
  });
}

// Does what a button asks for, and says what went wrong.
const act = (problem, work) => async (...given) => {
  try {
    problem.replaceChildren();
    await work(...given);
  } catch (error) {
    if (error.name !== 'AbortError') problem.replaceChildren(failure(error));
  }
};

// Asks for the end of all sessions of a user, or of all but one's own. They are counted when the question is asked.
async function endAllOf(subject, spareMine, signal) {
  const { session: mine } = await askSelf(signal);
  const { sessions: all, cut } = await api.sessionsOf(subject, signal);
  const own = all.some((session) => session.name === mine);
  const number = all.length - (spareMine && own ? 1 : 0);
  const said = `${cut ? 'more than ' : ''}${plural(number, 'session', 'sessions')}`;
  return confirmEnd({
    title: spareMine ? `End the other ${said}?` : `End all ${said}?`,
    text: [value(subject), ` is logged out of every ${spareMine ? 'other ' : ''}browser at once. Logins that come later are not affected.`],
    button: `End ${said}`,
    second: own && !spareMine ? 'One of them is the session that I am using. I will be logged out.' : null,
    work: (progress, stop) => api.end('sessions', { subject, except: spareMine ? mine : undefined }, progress, stop),
  });
}

export async function user(root, signal, [subject], shownBefore = kPage) {
  if (!subject) {
    location.replace('#/users');
    return;
  }
  const title = el('h1', {}, 'Sessions of ', value(subject));
  let found;
  try {
    found = await api.sessionsOf(subject, signal);
  } catch (error) {
    if (!signal.aborted) root.replaceChildren(title, failure(error, () => user(root, signal, [subject])));
    return;
  }
  if (signal.aborted) return;
  const { sessions: all, cut } = found;
  let shown = 0;
  const again = async () => {
    await user(root, signal, [subject], shown);
    if (!signal.aborted) focusHeading(root);
  };
  const problem = el('div');
  const endAll = act(problem, async (spareMine) => {
    if (await endAllOf(subject, spareMine, signal) !== null) await again();
  });
  const list = table(`${cut ? 'More than ' : ''}${plural(all.length, 'session', 'sessions')}, those that began last first`, columns({ onEnd: act(problem, async (session) => {
    if (await endOne(session, signal) !== null) await again();
  }) }));
  const more = el('button', { type: 'button', onclick: () => add(kPage) }, 'Show more');
  const add = (number) => {
    list.add(all.slice(shown, shown + number));
    shown = Math.min(all.length, shown + number);
    more.hidden = shown >= all.length;
  };
  add(Math.max(kPage, shownBefore));
  const mine = all.some((session) => session.name === self().session);
  root.replaceChildren(
    el('p', {}, el('a', { href: '#/users' }, 'All users')), title,
    el('div', { class: 'bar' },
      mine && all.length > 1 ? el('button', { type: 'button', class: 'danger', onclick: () => endAll(true) }, 'End all but mine') : null,
      all.length > 0 ? el('button', { type: 'button', class: 'danger', onclick: () => endAll(false) }, `End all ${count(all.length)}${cut ? '+' : ''}`) : null),
    problem,
    all.length > 0 ? el('div', { class: 'card' }, list.element) : el('p', { class: 'notice' }, 'This user is not logged in anywhere.'),
    more);
  announce(plural(all.length, 'session', 'sessions'));
}

export function sessions(root, signal) {
  let cursor;
  const names = new Set();   // while the store changes, a page may repeat some
  const problem = el('div');
  const again = async () => {
    await sessions(root, signal);
    if (!signal.aborted) focusHeading(root);
  };
  const list = table('', columns({ withUser: true, onEnd: act(problem, async (session) => {
    if (await endOne(session, signal) !== null) await again();
  }) }));
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
    if (signal.aborted) return;
    more.disabled = false;
    more.hidden = !cursor;
    list.title.textContent = cursor ? `${count(names.size)} of all sessions, in no order` : `All ${plural(names.size, 'session', 'sessions')}, in no order`;
    empty.hidden = names.size > 0;
    announce(list.title.textContent);
  };
  const endEverything = act(problem, async () => {
    const live = (await api.stats(signal)).live?.sessions;
    const done = await confirmEnd({
      title: live ? `End all ${plural(live, 'session', 'sessions')} of everybody?` : 'End all sessions of everybody?',
      text: 'Every user is logged out, and visitors lose what their sessions hold. It takes a while if there are many.',
      button: 'End all sessions',
      second: 'I mean everybody, me too: my session ends last.',
      work: (progress, stop) => api.end('sessions', { all: 'true', confirm: 'all' }, progress, stop),
    });
    if (done !== null) await again();
  });
  const more = el('button', { type: 'button', hidden: true, onclick: load }, 'Show more');
  const empty = el('p', { class: 'notice', hidden: true }, 'There is no session.');
  root.replaceChildren(el('h1', {}, 'All sessions'),
    el('div', { class: 'bar' }, el('button', { type: 'button', class: 'danger', onclick: endEverything }, 'End all sessions…')),
    problem, empty, el('div', { class: 'card' }, list.element), more);
  return load();
}

export async function session(root, signal, [name, subject]) {
  const title = el('h1', {}, 'Session ', el('span', { class: 'mono' }, name));
  root.replaceChildren(title, el('p', { class: 'quiet' }, 'Looking for it…'));
  let found;
  try {
    found = await api.session(encodeURIComponent(name), subject, signal);
  } catch (error) {
    if (!signal.aborted) root.replaceChildren(title, failure(error, () => session(root, signal, [name, subject])));
    return;
  }
  if (signal.aborted) return;
  const problem = el('div');
  const named = found.agent ? browser(found.agent) : '';
  const rows = [
    ['User', found.subject ? userLink(found.subject) : visitor()],
    ['Browser', found.agent ? [named === found.agent ? null : `${named}: `, value(found.agent)] : none()],
    ['Address', found.client ? value(found.client) : none()],
    ['Began', when(found.created)], ['Login', when(found.authenticated)], ['Last seen', when(found.last_seen)], ['Ends', when(found.expires, false)],
    ['Lifetime', found.lifetime ? value(found.lifetime) : el('span', { class: 'quiet' }, 'that of all sessions')],
  ];
  const attributes = 'attributes' in found
    ? el('section', { class: 'card' }, el('h2', {}, 'Attributes'), el('pre', { class: 'mono', tabindex: 0, 'aria-label': 'Attributes' }, JSON.stringify(found.attributes, null, 2).split('\n').map((line) => [value(line), '\n'])))
    : el('p', { class: 'quiet' }, 'Attributes are not shown: admin.attributes in gateway.yaml is off.');
  const endIt = act(problem, async () => {
    if (await endOne(found, signal) !== null) location.hash = found.subject ? `#/user/${encodeURIComponent(found.subject)}` : '#/sessions';
  });
  root.replaceChildren(title,
    found.name === self().session ? el('p', {}, el('span', { class: 'tag' }, 'This is the session that you are using')) : '',
    el('div', { class: 'bar' }, el('button', { type: 'button', class: 'danger', onclick: endIt }, 'End this session')), problem,
    el('section', { class: 'card' }, el('h2', {}, 'What it knows of itself'), el('dl', {}, rows.map(([term, what]) => [el('dt', {}, term), el('dd', {}, what)]))),
    attributes);
  announce(`Session ${name}`);
}
