// What the gateway is asked, and what its refusals mean for whoever looks at the page.

export class Problem extends Error {
  constructor(title, text, status = 0) {
    super(text);
    this.title = title;
    this.status = status;
  }
}

function problemOf(status, body) {
  const detail = body?.detail ?? '';
  if (status === 401) return new Problem('You are logged out', 'Your session has ended, or you have to log in again. Reload the page to do so.', status);
  if (status === 403) return new Problem('This is not allowed', `${detail} Your session may have lost the rights that this page needs.`, status);
  if (status === 404) return new Problem('There is no such session', 'It has ended, or it got another name with a new id.', status);
  if (status === 503) {
    const ended = body?.ended > 0 ? ` ${body.ended} had ended before.` : '';
    return new Problem('The store does not answer', `No session is lost.${ended} Try again in a few seconds.`, status);
  }
  return new Problem(`The gateway has answered ${status}`, detail || 'The log of the gateway says more.', status);
}

// How far the gateway's clock is ahead of the browser's, in seconds: times are the gateway's.
let ahead = 0;
export const now = () => Date.now() / 1000 + ahead;

function compareClocks(response) {
  const date = Date.parse(response.headers.get('Date') ?? '');
  // The header has whole seconds: smaller differences mean nothing.
  if (Number.isFinite(date)) ahead = Math.abs(date - Date.now()) < 2000 ? 0 : (date - Date.now()) / 1000;
}

async function ask(method, path, signal) {
  let response;
  try {
    response = await fetch(path, { method, headers: { Accept: 'application/json' }, signal, cache: 'no-store', redirect: 'error' });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem('The gateway can’t be reached', 'The network or the server in front of it does not answer. Try again in a few seconds.');
  }
  compareClocks(response);
  const text = await response.text();
  const json = /\bjson\b/.test(response.headers.get('Content-Type') ?? '');
  let body = null;
  if (json) {
    try {
      body = JSON.parse(text);
    } catch {
      throw new Problem('The answer can’t be read', 'It is cut off, or not the gateway’s. Reload the page.');
    }
  }
  if (!response.ok) throw problemOf(response.status, body);
  return { status: response.status, body: json ? body : text };
}

const query = (values) => {
  const text = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')).toString();
  return text ? `?${text}` : '';
};

const read = async (path, values = {}, signal = undefined) => (await ask('GET', `api/${path}${query(values)}`, signal)).body;

export const self = (signal) => read('self', {}, signal);
export const stats = (signal) => read('stats', {}, signal);
export const metrics = (signal) => read('metrics', {}, signal);
export const sessions = (values, signal) => read('sessions', values, signal);

// All sessions of a user: {sessions, cut}, where `cut` says that there are more.
export async function sessionsOf(subject, signal) {
  const all = [];
  for (let cursor; ;) {
    const page = await sessions({ subject, cursor, limit: 1000 }, signal);
    all.push(...page.sessions);
    cursor = page.cursor;
    if (!cursor) return { sessions: all, cut: Boolean(page.cut) };
  }
}
export const subjects = (values, signal) => read('subjects', values, signal);

// One session: the store is searched for it in steps if it is not known whose it is.
export async function session(name, subject, signal) {
  for (let cursor; ;) {
    const { status, body } = await ask('GET', `api/sessions/${name}${query({ subject, cursor })}`, signal);
    if (status !== 202) return body;
    cursor = body.cursor;
  }
}

// Ends sessions, and says after each step how many have ended so far.
export async function end(path, values, onProgress = () => {}, signal = undefined) {
  let ended = 0;
  for (let cursor; ;) {
    let answer;
    try {
      answer = await ask('DELETE', `api/${path}${query({ ...values, cursor })}`, signal);
    } catch (error) {
      error.ended = ended;
      throw error;
    }
    ended += answer.body.ended ?? 0;
    if (answer.status !== 202) return ended;
    cursor = answer.body.cursor;
    onProgress(ended);
  }
}
