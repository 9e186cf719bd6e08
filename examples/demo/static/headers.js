// What the browser sent, as far as a script can know, and the attempt to be somebody else.

import { element, find, withAttributes } from './dom.js';
import { ask } from './gateway.js';

const forged = { 'X-Auth-Request-User': 'root', 'X-Auth-Request-Groups': 'admin', X_Auth_Request_User: 'root', 'X-Session-Set': '{"user":"root"}' };
const nameInCgi = (name) => `HTTP_${name.toUpperCase().replaceAll('-', '_')}`;

function entry(name, value, hint) {
  return [element('dt', {}, name), element('dd', {}, value, hint ? element('span', { className: 'hint' }, hint) : null)];
}

find('#browser').replaceChildren(
  ...entry('document.cookie', document.cookie || element('i', {}, 'empty'),
    'The session cookie was sent, and no script can read it: it is HttpOnly. The application did not get it either.'),
  ...entry('request', `GET ${location.pathname}${location.search}`),
  ...entry('identity headers', element('i', {}, 'none'), 'No browser sends these by itself.'),
  ...entry('navigator.userAgent', navigator.userAgent),
  ...entry('navigator.languages', navigator.languages.join(', ')),
);

const valueCell = (label, value) => withAttributes(
  element('td', {}, value ? element('span', { dir: 'auto' }, value) : element('i', {}, 'empty')), { 'data-label': label, role: 'cell' });

function row(name, received) {
  const heading = withAttributes(element('th', { scope: 'row' }, element('code', {}, name)), { role: 'rowheader' });
  return withAttributes(element('tr', {}, heading, valueCell('Sent', forged[name]), valueCell('Received', received)), { role: 'row' });
}

function outcome(headers) {
  const users = decodeURIComponent(headers.HTTP_X_AUTH_REQUEST_USER ?? '');
  const titles = ['Header', 'Sent', 'Received'].map((title) => element('th', { scope: 'col' }, title));
  const rows = Object.keys(forged).map((name) => row(name, headers[nameInCgi(name)] ?? ''));
  return [
    element('p', {}, 'The application still sees ', element('bdi', {}, users), ', and nobody else.'),
    withAttributes(element('table', {}, element('thead', {}, element('tr', {}, ...titles)), element('tbody', {}, ...rows)), { role: 'table' }),
  ];
}

find('#forge').addEventListener('click', async () => {
  find('#problem').textContent = '';
  try {
    const { headers } = await ask('/headers/received', { headers: forged });
    find('#outcome').replaceChildren(...outcome(headers));
  } catch (problem) {
    find('#problem').textContent = problem.message;
  }
});
