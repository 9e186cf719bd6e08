// Shows the view that the address names: #/, #/users/PREFIX, #/user/NAME, #/sessions, #/session/NAME/USER.

import { failure } from './dom.js';
import { overview } from './overview.js';
import { askSelf } from './self.js';
import { session, sessions, user } from './sessions.js';
import { users } from './users.js';

const kViews = {
  '': { show: overview, title: 'Overview', tab: 'overview' },
  users: { show: users, title: 'Users', tab: 'users' },
  user: { show: user, title: 'User', tab: 'users' },
  sessions: { show: sessions, title: 'All sessions', tab: 'sessions' },
  session: { show: session, title: 'Session', tab: 'sessions' },
};

const root = document.getElementById('content');
let left = new AbortController();

function words() {
  const parts = location.hash.replace(/^#\/?/, '').split('/');
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return [''];   // an address that was cut off
  }
}

async function show(focus) {
  left.abort();
  left = new AbortController();
  const { signal } = left;
  const [name, ...rest] = words();
  const view = kViews[name] ?? kViews[''];
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.view === view.tab) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.title = `${rest[0] ? `${rest[0].slice(0, 64)} · ` : ''}${view.title} · Sessions`;
  if (focus) root.focus();
  try {
    await askSelf(signal);
    if (!signal.aborted) await view.show(root, signal, rest);
  } catch (error) {
    if (signal.aborted) return;
    root.replaceChildren(failure(error, () => show(true)));
  }
}

addEventListener('hashchange', () => show(true));
// A page that the browser had put aside may be of a session that has ended.
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
show(false);
