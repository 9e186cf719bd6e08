'use strict';
// An application with express-session and connect-redis: node app.js '{"listen": PATH, "redis": {"path": PATH}}'.
// Options besides: "session", of express-session; "store", of connect-redis. The header X-New-Sid, URL-encoded, is
// the id of a session that the request begins.

const express = require('express');
const session = require('express-session');
const { RedisStore } = require('connect-redis');
const { createClient } = require('redis');
const { promisify } = require('util');
const uid = require('uid-safe').sync; // as express-session itself does
const { listen } = require('../application');

const config = JSON.parse(process.argv[2]);
const client = createClient({ socket: { path: config.redis.path } });

function genid(req) {
  req.began = true;
  return decodeURIComponent(req.headers['x-new-sid'] ?? uid(24));
}

const options = {
  secret: ['keyboard cat'],
  resave: false,
  saveUninitialized: false,
  ...config.session,
  genid,
  store: new RedisStore({ client, ...config.store }),
};

const sessions = {
  cookieName: options.name ?? 'connect.sid',
  id: (req) => req.sessionID,
  cookie: (req) => req.session.cookie,
  attributes(req) {
    const { cookie, ...attributes } = req.session;
    return req.began ? null : attributes;
  },
  set: (req, attributes) => { Object.assign(req.session, attributes); },
  unset: (req, names) => names.forEach((name) => delete req.session[name]),
  async login(req, attributes) {
    await promisify(req.session.regenerate).call(req.session);
    Object.assign(req.session, attributes);
  },
  destroy: (req) => promisify(req.session.destroy).call(req.session),
};

const app = express();
app.use(session(options));
app.use(express.json({ limit: '64mb' }));

client.on('error', (error) => console.error(error));
client.connect().then(() => listen(app, sessions, config.listen));
