'use strict';
// Whose session is it? An application with session-store that answers only this. The package asks the main script
// for its exports: this must be it.
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
