'use strict';
// An application with session-store that does nothing but answer auth requests. It must be the main script, because the
// package reads the main script's exports.
//   node app.js '{"listen": PATH, "port": NUMBER of Redis}'

const express = require('express');
const cookieParser = require('cookie-parser');
const SessionStore = require('session-store');

const config = JSON.parse(process.argv[2]);
const store = new SessionStore.RedisStore({ port: config.port });

const app = express();
app.disable('x-powered-by');
app.use(cookieParser());
app.use(new SessionStore.Middleware({ sessionManager: new SessionStore.Manager(store) }));
app.get('/check', (req, res) => {
  const user = req.session.get('user');
  if (!user) return res.status(401).end();
  return res.set('X-Auth-Request-User', user).status(204).end();
});
app.post('/login', express.json(), (req, res, next) => {
  Promise.resolve(req.session.set(req.body)).then(() => res.json({}), next);
});
app.listen(config.listen);
