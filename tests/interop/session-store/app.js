'use strict';
// An application with session-store: node app.js '{"listen": PATH, "redis": {"port": NUMBER}}'. Options besides:
// "session", of the package's middleware. The package asks the main script for its exports: this must be it.

const express = require('express');
const cookieParser = require('cookie-parser');
const SessionStore = require('session-store');
const { listen } = require('../application');

const config = JSON.parse(process.argv[2]);
const cookieName = config.session?.cookieKey ?? 'session-store';

const sessions = {
  cookieName,
  id: (req) => req.session.id,
  cookie: (req) => req.cookies[cookieName] ?? null,
  // It can't tell no session from an empty one.
  attributes: (req) => (Object.keys(req.session.toJSON()).length ? req.session.toJSON() : null),
  set: (req, attributes) => req.session.set(attributes),
  // Nothing in the package takes a member away.
  unset(req, names) {
    names.forEach((name) => delete req.session.attributes[name]);
    return req.session.set({});
  },
  // Nor gives it another id.
  login: (req, attributes) => req.session.set(attributes),
  destroy: (req) => req.session.destroy(),
};

const app = express();
app.use(cookieParser());
app.use(new SessionStore.Middleware({
  ...config.session,
  sessionManager: new SessionStore.Manager(new SessionStore.RedisStore(config.redis)),
}));
app.use(express.json({ limit: '64mb' }));

listen(app, sessions, config.listen);
