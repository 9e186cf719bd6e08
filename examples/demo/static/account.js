// The theme: an attribute of the session, which the gateway keeps.

import { find } from './dom.js';
import { ask } from './gateway.js';

find('#theme').addEventListener('change', async ({ target }) => {
  find('#problem').textContent = '';
  try {
    await ask('/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ set: { theme: target.value } }),
    });
    document.documentElement.dataset.theme = target.value;
  } catch (problem) {
    find('#problem').textContent = `The theme is not saved. ${problem.message}`;
  }
});
