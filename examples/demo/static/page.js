// Every page: pages for everybody get no identity headers, so this asks who is logged in, and in which theme.

import { element, find } from './dom.js';
import { session } from './gateway.js';

function logOut() {
  const form = element('form', { method: 'post', action: '/logout' }, element('button', { className: 'quiet' }, 'Log out'));
  return form;
}

const who = find('#who');
if (who && !who.firstElementChild) {
  const known = await session();
  if (known?.user) {
    who.replaceChildren(element('span', { className: 'name', dir: 'auto', title: known.user }, known.user), logOut());
    if (known.theme) document.documentElement.dataset.theme = known.theme;
  } else if (known === null && location.pathname !== '/login') {
    who.replaceChildren(element('a', { href: '/login' }, 'Log in'));
  }
}
