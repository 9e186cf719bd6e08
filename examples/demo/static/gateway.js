// Asks the gateway, at the locations that nginx has for scripts of this site.

export class Problem extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

// What a user can do about an answer. There is none without a status: the request has not arrived.
function advice(status) {
  if (status === 0) return 'The site can\u2019t be reached. Check that the demo still runs, then try again.';
  if (status === 401) return 'This device has been logged out. Log in again to go on.';
  if (status === 403) return 'The gateway does not allow this here.';
  if (status === 404) return 'This one was already logged out.';
  if (status === 503) return 'The session store does not answer. Nobody has been logged out: try again in a moment.';
  return `The gateway answered with ${status}. Its log says more.`;
}

// The answer to a request as JSON; null: it has no body. Throws a Problem.
export async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: { Accept: 'application/json', ...options.headers } });
  } catch {
    throw new Problem(0, advice(0));
  }
  if (!response.ok) throw new Problem(response.status, advice(response.status));
  return response.status === 204 ? null : response.json();
}

// The session as far as scripts may see it; null: nobody is logged in; undefined: nobody can tell at the moment.
export async function session() {
  try {
    return await ask('/session');
  } catch (problem) {
    return problem.status === 401 ? null : undefined;
  }
}

// Where this user is logged in.
export const sessions = async () => (await ask('/sessions')).sessions;

// The one of these that this browser has; null: it is not among them.
export async function ownSession() {
  try {
    return (await sessions()).find(({ current }) => current) ?? null;
  } catch {
    return null;
  }
}
