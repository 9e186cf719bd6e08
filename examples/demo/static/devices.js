// Where the user is logged in: the gateway's answer at /sessions, and what ends them.

import { legible } from './agents.js';
import { element, find, withAttributes } from './dom.js';
import { ask, sessions } from './gateway.js';
import { exactly, when } from './times.js';

const count = (number) => (number === 1 ? '1 other device' : `${number} other devices`);

function badges({ current, lifetime, expires }) {
  const all = [];
  if (current) all.push(element('span', { className: 'badge current' }, 'This device'));
  if (lifetime === 'remember')
    all.push(element('span', { className: 'badge', title: expires ? `until ${exactly(expires)}` : '' }, 'Remembered'));
  return all;
}

function cell(label, ...content) {
  return withAttributes(element('td', {}, ...content), { 'data-label': label, role: 'cell' });
}

function browserCell(session) {
  const name = element('span', { className: 'device', title: session.agent ?? '', dir: 'auto' }, legible(session.agent));
  return withAttributes(element('th', { scope: 'row' }, name, element('br'), ...badges(session)), { role: 'rowheader' });
}

function actionCell(session) {
  const made = withAttributes(element('td', { className: 'act' }), { role: 'cell' });
  if (session.current) return made;
  const button = element('button', { className: 'quiet' }, 'Log out');
  button.setAttribute('aria-label', `Log out ${legible(session.agent)}`);
  button.addEventListener('click', () => end(`name=${encodeURIComponent(session.name)}`, `${legible(session.agent)} is logged out.`));
  made.append(button);
  return made;
}

function row(session) {
  return withAttributes(element('tr', {}, browserCell(session),
    cell('Address', element('span', { className: 'address' }, session.client ?? 'not known')),
    cell('Since', when(session.authenticated ?? session.created)),
    cell('Last seen', when(session.last_seen)),
    actionCell(session)), { role: 'row' });
}

function table(all) {
  const titles = ['Browser', 'Address', 'Since', 'Last seen'].map((title) => withAttributes(element('th', { scope: 'col' }, title), { role: 'columnheader' }));
  const last = withAttributes(element('td'), { role: 'cell' });
  return withAttributes(element('table', {},
    element('thead', {}, withAttributes(element('tr', {}, ...titles, last), { role: 'row' })),
    element('tbody', {}, ...all.map(row))), { role: 'table', 'aria-label': 'Where you are logged in' });
}

function show(all) {
  const others = all.filter(({ current }) => !current).length;
  const alone = others === 0 ? element('p', { className: 'hint' }, 'This is the only device. Log in with another browser, or a private window, to see it here.') : null;
  find('#devices').replaceChildren(table(all), ...(alone ? [alone] : []));
  find('#devices').removeAttribute('aria-busy');
  find('#others').hidden = others === 0;
  find('#others').dataset.count = String(others);
}

// Says what has happened, and offers what helps.
function report(problem) {
  const help = problem.status === 401 ? element('a', { href: '/login?to=/devices' }, 'Log in again') : element('button', { className: 'quiet' }, 'Try again');
  if (problem.status !== 401) help.addEventListener('click', load);
  find('#problem').replaceChildren(element('p', {}, problem.message), help);
  find('#devices').removeAttribute('aria-busy');
  if (problem.status === 401) {
    find('#devices').replaceChildren();
    find('#others').hidden = true;
  }
}

async function load() {
  find('#problem').replaceChildren();
  try {
    show(await sessions());
  } catch (problem) {
    if (!find('#devices table')) find('#devices').replaceChildren();
    report(problem);
  }
}

async function end(which, done) {
  find('#said').textContent = '';
  find('#problem').replaceChildren();
  try {
    await ask(`/sessions?${which}`, { method: 'DELETE' });
    find('#said').textContent = done;
  } catch (problem) {
    if (problem.status !== 404) return report(problem);
    find('#said').textContent = problem.message;
  }
  await load();
  // The button that had the focus is gone.
  return find('#said').focus();
}

find('#refresh').addEventListener('click', () => {
  find('#said').textContent = '';
  load();
});

const dialog = find('#confirm');
find('#others').addEventListener('click', ({ currentTarget }) => {
  const others = Number(currentTarget.dataset.count);
  find('#confirm-title').textContent = `Log out ${count(others)}?`;
  find('#confirm-yes').textContent = `Log out ${count(others)}`;
  dialog.returnValue = 'cancel';
  dialog.showModal();
});
dialog.addEventListener('close', () => {
  if (dialog.returnValue === 'yes') end('others=true', 'All other devices are logged out.');
});

await load();
