// Login, logout and a page with a login, in Express behind nginx and session-gateway. It needs no express-session.
import { scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import express from 'express';

const app = express();
app.use(express.urlencoded({ extended: false, limit: '16kb' }));

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
const accountPage = (user, groups, note) => page('Your account', `<h1>Hello, ${escaped(user)}</h1>
<p>Groups: ${escaped(groups)}</p>
<p>Note: ${escaped(note || 'none yet')}</p>
<form method="post" action="/account/note">
  <p><label>Note <input name="note" maxlength="200"></label> <button>Keep</button></p>
</form>
<p><a href="/account/devices">Your devices</a></p>
<form method="post" action="/logout"><button>Log out</button></form>`);

// What the gateway says of the session. nginx sets these headers, and takes away what a client sends under their names: so they can
// be trusted exactly as long as nobody but nginx can connect to this application. Values are percent-encoded.
const identity = (req, name) => decodeURIComponent(req.get(`X-Auth-Request-${name}`) ?? '');

// Has the gateway change the session, and send the browser on.
function commit(res, location, actions) {
  res.set({ 'X-Accel-Redirect': '/_session/commit', 'X-Session-Location': location, ...actions }).end();
}
// A header is no place for characters beyond ASCII.
const ascii = (value) => JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

// Anybody can write a link to /login?to=...: it must lead to a page of this site. Browsers take \ for /.
const safe = (to) => (typeof to === 'string' && /^\/(?![/\\])[!-~]*$/.test(to) ? to : '/account');
// A field that comes twice is a list.
const text = (value) => (typeof value === 'string' ? value : '');

async function isRight(user, password) {
  const found = await promisify(scrypt)(password, user.salt, 32);
  return timingSafeEqual(found, Buffer.from(user.hash, 'hex'));
}

// Browsers name with every POST the site whose page has sent it.
app.use((req, res, next) => {
  const origin = req.get('Origin');
  if (req.method === 'POST' && origin && origin.replace(/^https?:\/\//, '') !== req.get('Host')) res.sendStatus(403);
  else next();
});

// nginx lets nobody come to these without a session. Pages that show private things look again all the same.
app.use('/account', (req, res, next) => {
  if (identity(req, 'User')) next();
  else res.sendStatus(403);
});

app.get('/', (req, res) => {
  res.send(page('Recipe', '<h1>Welcome</h1>\n<p><a href="/account">Your account</a></p>'));
});

app.get('/login', (req, res) => {
  res.send(loginPage(safe(req.query.to)));
});

app.post('/login', async (req, res) => {
  const { to, user, password } = req.body ?? {};
  const found = users.get(user) ?? nobody;
  if (!(await isRight(found, text(password)))) {
    res.status(403).send(loginPage(safe(to), 'Wrong name or password.'));
    return;
  }
  commit(res, safe(to), { 'X-Session-Set': ascii({ user, groups: found.groups }) });
});

app.post('/logout', (req, res) => {
  commit(res, '/', { 'X-Session-Destroy': 'true' });
});

app.get('/account', (req, res) => {
  res.send(accountPage(identity(req, 'User'), identity(req, 'Groups'), identity(req, 'Note')));
});

app.post('/account/note', (req, res) => {
  commit(res, '/account', { 'X-Session-Set': ascii({ note: text(req.body?.note).slice(0, 200) }) });
});

process.umask(0o007); // the socket is for this user and its group, which nginx is in
app.listen(process.argv[2], (error) => {
  if (error) throw error;
});
