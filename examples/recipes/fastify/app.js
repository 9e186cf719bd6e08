// Login, logout and a page with a login, in Fastify behind nginx and session-gateway. It needs no @fastify/session.
import { scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import formbody from '@fastify/formbody';
import fastify from 'fastify';

const app = fastify({ bodyLimit: 16384 });
app.register(formbody);

// A sample, with the password "wonderland". Keep such salted and slow hashes in your database.
const users = new Map([['alice', { salt: 'vZ1oM0GkQ9bXw2Ra', hash: '68614e92881859c9477eaf6f05d086bdd7885b7b23d7e7b629099e5e021e786d', groups: ['staff'] }]]);
// Compared with if there is no such user, so that the time of an answer does not tell which names exist.
const nobody = { salt: '', hash: '00'.repeat(32), groups: [] };

const escaped = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const page = (title, body) => `<!doctype html><html lang="en"><title>${title}</title>\n${body}</html>`;
const loginPage = (to, problem = '') => page('Log in', `<h1>Log in</h1>
<p role="alert">${escaped(problem)}</p>
<form method="post" action="/login">
  <input type="hidden" name="to" value="${escaped(to)}">
  <p><label>Name <input name="user" autocomplete="username" required></label></p>
  <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
  <p><button>Log in</button></p>
</form>`);
const accountPage = ({ user, groups, note }) => page('Your account', `<h1>Hello, ${escaped(user)}</h1>
<p>Groups: ${escaped(groups)}</p>
<p>Note: ${escaped(note || 'none yet')}</p>
<form method="post" action="/account/note">
  <p><label>Note <input name="note" maxlength="200"></label> <button>Keep</button></p>
</form>
<p><a href="/account/devices">Your devices</a></p>
<form method="post" action="/logout"><button>Log out</button></form>`);

const html = (reply, text) => reply.type('text/html; charset=utf-8').send(text);

// Has the gateway change the session, and send the browser on.
const commit = (reply, location, actions) =>
  reply.headers({ 'x-accel-redirect': '/_session/commit', 'x-session-location': location, ...actions }).send();
// A header is no place for characters beyond ASCII.
const ascii = (value) => JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

// Anybody can write a link to /login?to=...: it must lead to a page of this site. Browsers take \ for /.
const safe = (to) => (/^\/(?![/\\])[!-~]*$/.test(to) ? to : '/account');

async function isRight(user, password) {
  const found = await promisify(scrypt)(password, user.salt, 32);
  return timingSafeEqual(found, Buffer.from(user.hash, 'hex'));
}

// What the gateway says of the session. nginx sets these headers, and takes away what a client sends under their names: so they can
// be trusted exactly as long as nobody but nginx can connect to this application. Values are percent-encoded.
app.decorateRequest('session', null);
app.addHook('onRequest', async (request) => {
  const identity = (name) => decodeURIComponent(request.headers[`x-auth-request-${name}`] ?? '');
  request.session = { user: identity('user'), groups: identity('groups'), note: identity('note') };
});

// Browsers name with every POST the site whose page has sent it.
app.addHook('onRequest', async (request, reply) => {
  const { origin, host } = request.headers;
  if (request.method === 'POST' && origin && origin.replace(/^https?:\/\//, '') !== host) return reply.code(403).send('Forbidden');
});

// Forms have these fields, each once: a request with others is a 400.
const form = (...names) => ({
  schema: { body: { type: 'object', required: names, properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) } },
});
const login = { schema: { querystring: { type: 'object', properties: { to: { type: 'string', default: '' } } } } };

app.get('/', async (request, reply) => html(reply, page('Recipe', '<h1>Welcome</h1>\n<p><a href="/account">Your account</a></p>')));

app.get('/login', login, async (request, reply) => html(reply, loginPage(safe(request.query.to))));

app.post('/login', form('user', 'password', 'to'), async (request, reply) => {
  const { user, password, to } = request.body;
  const found = users.get(user) ?? nobody;
  if (!(await isRight(found, password))) return html(reply.code(403), loginPage(safe(to), 'Wrong name or password.'));
  return commit(reply, safe(to), { 'x-session-set': ascii({ user, groups: found.groups }) });
});

app.post('/logout', async (request, reply) => commit(reply, '/', { 'x-session-destroy': 'true' }));

// nginx lets nobody come to these without a session. Pages that show private things look again all the same.
app.register(async (account) => {
  account.addHook('onRequest', async (request, reply) => {
    if (!request.session.user) return reply.code(403).send('Forbidden');
  });
  account.get('/account', async (request, reply) => html(reply, accountPage(request.session)));
  account.post('/account/note', form('note'), async (request, reply) =>
    commit(reply, '/account', { 'x-session-set': ascii({ note: request.body.note.slice(0, 200) }) }));
});

process.umask(0o007); // the socket is for this user and its group, which nginx is in
await app.listen({ path: process.argv[2] });
