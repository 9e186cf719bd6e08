// Says how long ago the login is, and when it has become too long ago.

import { find } from './dom.js';
import { ownSession } from './gateway.js';
import { ago } from './times.js';

const fresh = 60; // seconds, as the rule `fresh` in conf/demo/gateway.yaml has it

function said(authenticated) {
  const late = Date.now() / 1000 - authenticated > fresh;
  return `, and yours was ${ago(authenticated)}${late ? ': saving asks you to log in again' : ''}`;
}

const own = await ownSession();
if (own?.authenticated) {
  const show = () => { find('#age').textContent = said(own.authenticated); };
  show();
  setInterval(show, 5000);
}
