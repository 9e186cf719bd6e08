'use strict';
// What both applications are, but for the package that keeps their sessions: endpoints, and a socket to listen on.
// `sessions` is how an application uses its package:
//   cookieName
//   id(req)              what the store knows the session by
//   attributes(req)      null when there is no session
//   cookie(req)          what the package knows of the cookie
//   set(req, attributes), unset(req, names), login(req, attributes), destroy(req)

const http = require('http');
const { randomSession } = require('./random_session');

// A request from inside, which takes the way of all others and then is answered by `act(req)`.
function visit(app, cookie, act) {
  return new Promise((resolve, reject) => {
    const req = new http.IncomingMessage({});
    Object.assign(req, { method: 'GET', url: '/', headers: cookie ? { cookie } : {}, act });
    const res = new http.ServerResponse(req);
    res.end = () => resolve(res);
    app(req, res, reject);
  });
}

async function write(app, sessions, attributes) {
  let sid;
  const res = await visit(app, '', async (req) => {
    await sessions.set(req, attributes);
    sid = sessions.id(req);
  });
  const cookie = String(res.getHeader('set-cookie')).split(';')[0].slice(sessions.cookieName.length + 1);
  return { sid, cookie, attributes };
}

async function read(app, sessions, cookie) {
  let attributes = null;
  await visit(app, `${sessions.cookieName}=${cookie}`, (req) => { attributes = sessions.attributes(req); });
  return attributes;
}

async function inTurn(list, act) {
  const results = [];
  for (const item of list) results.push(await act(item));
  return results;
}

function answer(res, attributes) {
  res.status(attributes ? 200 : 401).json(attributes ?? {});
}

function listen(app, sessions, socket) {
  const post = (path, act) => {
    app.post(path, (req, res, next) => act(req).then((said) => res.json(said ?? {}), next));
  };
  app.use((req, res, next) => {
    if (!req.act) return next();
    return Promise.resolve(req.act(req)).then(() => res.end(), next);
  });

  app.get('/session', (req, res) => answer(res, sessions.attributes(req)));
  app.get('/raw', (req, res) => {
    res.json({ id: sessions.id(req), cookie: sessions.cookie(req), session: sessions.attributes(req) });
  });
  for (const verb of ['set', 'unset', 'login', 'destroy']) {
    post(`/${verb}`, async (req) => { await sessions[verb](req, req.body); });
  }

  // {seed, count}: sessions of that many seeds, each [{sid, cookie: its value, attributes}].
  post('/bulk', ({ body: { seed, count } }) => {
    const seeds = Array.from({ length: count }, (_, i) => seed + i);
    return inTurn(seeds, (one) => write(app, sessions, randomSession(one)));
  });
  // [values of cookies]: the attributes of each, null where there is no session.
  post('/bulk-read', (req) => inTurn(req.body, (cookie) => read(app, sessions, cookie)));

  app.listen(socket);
}

module.exports = { listen };
