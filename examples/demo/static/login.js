// The login page is for everybody, so the application does not know who is logged in: this asks the gateway.

import { element, find } from './dom.js';
import { ownSession, session } from './gateway.js';
import { ago } from './times.js';

const form = find('#login');

// Who logs in again keeps what the last login had said.
async function fillIn({ user, groups }) {
  form.elements.user.value = user;
  form.elements.admin.checked = Array.isArray(groups) && groups.includes('admin');
  const own = await ownSession();
  form.elements.remember.checked = own?.lifetime === 'remember';
  if (own?.authenticated) find('#age').textContent = `yours was ${ago(own.authenticated)}`;
}

// Nobody is sent away: who is logged in may want to log in as somebody else.
function offerToGoOn({ user }) {
  const name = element('bdi', {}, user);
  find('#explained').replaceChildren('You are logged in as ', name, '. ',
    element('a', { href: form.dataset.target }, 'Go on'), ', or log in again, also as somebody else.');
}

const known = await session();
if (known?.user && !form.elements.user.value) {
  if (form.dataset.reason === 'stale') await fillIn(known);
  else offerToGoOn(known);
}
