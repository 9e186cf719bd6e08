// Who looks at the console. Asked anew for each view and before each question: in another tab somebody may have logged in again.

import * as api from './api.js';
import { value } from './dom.js';

let known = { subject: null, session: null };

export const self = () => known;

export async function askSelf(signal) {
  known = await api.self(signal);
  document.getElementById('who').replaceChildren('You are ', value(known.subject));
  return known;
}
