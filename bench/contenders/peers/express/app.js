'use strict';
// An application with express-session that does nothing but answer auth requests.
//   node app.js '{"listen": PATH, "redis": PATH or null, "touch": true, "processes": 1}'

const cluster = require('cluster');
const express = require('express');
const session = require('express-session');
const { RedisStore } = require('connect-redis');
const { createClient } = require('redis');

const config = JSON.parse(process.argv[2]);

async function redisStore() {
  const client = createClient({ socket: { path: config.redis } });
  client.on('error', (error) => console.error(error));
  await client.connect();
  return new RedisStore({ client, prefix: 'express:', disableTouch: !config.touch });
}

async function serve() {
  const store = config.redis ? await redisStore() : undefined; // undefined: its own MemoryStore
  const app = express();
  app.disable('x-powered-by');
  app.use(session({ store, secret: 'keyboard cat', resave: false, saveUninitialized: false }));
  app.get('/check', (req, res) => {
    if (!req.session.user) return res.status(401).end();
    return res.set('X-Auth-Request-User', req.session.user).status(204).end();
  });
  app.post('/login', express.json(), (req, res) => {
    Object.assign(req.session, req.body);
    res.json({});
  });
  app.listen(config.listen);
}

if (cluster.isPrimary && config.processes > 1) {
  for (let i = 0; i < config.processes; i += 1) cluster.fork();
  process.on('SIGTERM', () => {
    Object.values(cluster.workers).forEach((worker) => worker.process.kill());
    process.exit(0);
  });
} else {
  serve();
}
