// A login by OpenID Connect, behind nginx and session-gateway: the provider says who somebody is, and the gateway keeps the session.
//
// usage: node app.js SOCKET ISSUER SITE      with OIDC_CLIENT_ID and OIDC_CLIENT_SECRET in the environment
import express from 'express';
import * as oidc from 'openid-client';

const [, , socket, issuer, site] = process.argv;
const app = express();
app.use(express.urlencoded({ extended: false, limit: '16kb' }));

const escaped = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const page = (title, body) => `<!doctype html><html lang="en"><title>${title}</title>\n${body}</html>`;
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
const safe = (to) => (typeof to === 'string' && to.length <= 1024 && /^\/(?![/\\])[!-~]*$/.test(to) ? to : '/account');
// A field that comes twice is a list.
const text = (value) => (typeof value === 'string' ? value : '');

// Asked for with the first login, and again after a failure: a provider that is down keeps the application from nothing else.
let provider;
async function discovered() {
  const { OIDC_CLIENT_ID: id, OIDC_CLIENT_SECRET: secret } = process.env;
  // A provider on the loopback interface has no TLS. Every other has, and then this is refused.
  const options = new URL(issuer).hostname === '127.0.0.1' ? { execute: [oidc.allowInsecureRequests] } : {};
  provider ??= await oidc.discovery(new URL(issuer), id, secret, undefined, options);
  return provider;
}

// Browsers name with every POST the site whose page has sent it.
app.use((req, res, next) => {
  const origin = req.get('Origin');
  if (req.method === 'POST' && origin && origin !== site) res.sendStatus(403);
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

// What has to be compared when the browser comes back is kept in its session, which begins here: only this browser can go on.
app.get('/login', async (req, res) => {
  const login = { to: safe(req.query.to), state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
  let known;
  try {
    known = await discovered();
  } catch (error) {
    console.error(`no provider: ${error.message}`);
    res.status(503).send(page('Try again', '<h1>Nobody can log in just now</h1>'));
    return;
  }
  const address = oidc.buildAuthorizationUrl(known, {
    redirect_uri: `${site}/login/callback`,
    scope: 'openid',
    state: login.state,
    nonce: login.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(login.verifier),
    code_challenge_method: 'S256',
  });
  commit(res, address.href, { 'X-Session-Set': ascii({ oidc: JSON.stringify(login) }) });
});

app.get('/login/callback', async (req, res) => {
  const login = identity(req, 'Oidc');
  const refuse = () => res.status(403).send(page('Not logged in', '<h1>Not logged in</h1>\n<p><a href="/login">Try again</a></p>'));
  if (!login) return refuse(); // this browser has not begun one
  const { to, state, nonce, verifier } = JSON.parse(login);
  let claims;
  try {
    const tokens = await oidc.authorizationCodeGrant(await discovered(), new URL(req.originalUrl, site), {
      expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true,
    });
    claims = tokens.claims();
  } catch (error) {
    console.error(`login refused: ${error.code ?? ''} ${error.message}`);
    return refuse();
  }
  // `sub` is what the provider never gives to somebody else; an e-mail address or a name it may.
  commit(res, to, { 'X-Session-Set': ascii({ user: claims.sub, groups: claims.groups ?? [] }), 'X-Session-Unset': 'oidc' });
});

// Ends the session here. The one at the provider goes on, and the next login may ask for no password: oidc.buildEndSessionUrl() makes
// the address where it ends, too.
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
app.listen(socket, (error) => {
  if (error) throw error;
});
