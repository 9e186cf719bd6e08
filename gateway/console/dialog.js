// Questions before something ends, and the progress of what takes long.

import { announce, el, failure } from './dom.js';
import { plural } from './format.js';

let opener = null;
// A question is about what is shown: it goes with its view.
addEventListener('hashchange', () => document.querySelector('dialog')?.close());

function open(dialog) {
  opener = document.activeElement;
  document.body.append(dialog);
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (opener?.isConnected) opener.focus();
    else document.getElementById('content').focus();
  });
  dialog.showModal();
}

// Asks, ends, and says what came of it. `work(onProgress, signal)` resolves to the number of sessions that have ended.
// second: a sentence that has to be agreed to, for what can't be undone for oneself; null: none.
// Resolves to that number once it is done, and to null if nothing was begun.
export function confirmEnd({ title, text, button, second = null, work }) {
  return new Promise((resolve) => {
    const stop = new AbortController();
    let result = null;
    const agreed = second && el('input', { type: 'checkbox', id: 'agreed' });
    const state = el('div', { role: 'status' });
    const cancel = el('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel');
    const go = el('button', { type: 'button', class: 'danger primary', disabled: Boolean(second) }, button);
    agreed?.addEventListener('change', () => { go.disabled = !agreed.checked; });
    const dialog = el('dialog', { 'aria-labelledby': 'question' },
      el('h2', { id: 'question' }, title), el('p', {}, text),
      second && el('div', { class: 'check' }, agreed, el('label', { for: 'agreed' }, second)),
      state, el('div', { class: 'bar' }, cancel, go));
    dialog.addEventListener('close', () => {
      stop.abort();
      resolve(result);
    });
    go.addEventListener('click', async () => {
      go.disabled = true;
      cancel.textContent = 'Stop';
      const progress = (ended) => state.replaceChildren(
        el('progress', { 'aria-label': 'Ending sessions' }), el('p', {}, `${plural(ended, 'session', 'sessions')} ended so far.`));
      progress(0);
      try {
        result = await work(progress, stop.signal);
        announce(`${plural(result, 'session has', 'sessions have')} ended.`);
        dialog.close();
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error.ended > 0) result = error.ended;
        const done = error.ended > 0 ? `${plural(error.ended, 'session', 'sessions')} had ended before.` : '';
        state.replaceChildren(failure(error), el('p', {}, done));
        cancel.textContent = 'Close';
        go.textContent = 'Try again';
        go.disabled = false;
      }
    });
    open(dialog);
    cancel.focus();
  });
}
