'use strict';
// The application behind the site that the browser visits, without code for sessions: node application.js SOCKET.
// A path that ends with one of these answers with what the element or the API of that name wants:
//   /login    GET: a form; POST: logs in and sends the browser where `to` says, as the standard parser of URLs reads it
//   /logout   POST: logs out, and sends the browser to /
//   /data     the request as JSON       /events   one event, and no end      /socket   one message
//   /image    an image                  /script   a script                   /style    a stylesheet
// Every other path is a page that shows the request. What is below /shared/ is for pages of https://login.* as well.

const http = require('http');
const { WebSocketServer } = require('ws');

// What the application learns of a request.
function told({ method, url, headers }) {
  return { method, url, user: headers['x-auth-request-user'] ?? null, cookie: headers.cookie ?? null };
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function page(request, content) {
  return `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>${escaped(request.url)}</title>
    <pre id="request">${escaped(JSON.stringify(told(request)))}</pre>${content}`;
}

// The address of the login page, as the browser has it; its host does not matter here.
function wanted(request) {
  return new URL(request.url, 'http://any').searchParams.get('to') ?? '/';
}

function form(request) {
  return page(request, `<form method="post"><input type="hidden" name="to" value="${escaped(wanted(request))}">
    <input name="user"><button>Log in</button></form>`);
}

function commit(response, actions) {
  response.writeHead(200, { 'X-Accel-Redirect': '/_session/commit', ...actions }).end();
}

// A header is no place for anything but ASCII.
function asciiJson(value) {
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

async function logIn(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { user, to } = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
  // The bytes of UTF-8, as other languages write headers.
  const location = Buffer.from(to).toString('latin1');
  commit(response, { 'X-Session-Set': asciiJson({ user }), 'X-Session-Location': location });
}

function send(response, type, text) {
  response.writeHead(200, { 'Content-Type': type }).end(text);
}

// What a framework does for CORS: the page may ask with a cookie and with a header of its own, and read the answer.
function share({ url, headers }, response) {
  if (!url.startsWith('/shared/') || !headers.origin?.startsWith('https://login.')) return;
  response.setHeader('Access-Control-Allow-Origin', headers.origin);
  response.setHeader('Access-Control-Allow-Credentials', 'true');
  response.setHeader('Access-Control-Allow-Headers', 'X-Of-The-Page');
  response.setHeader('Vary', 'Origin');
}

function events(request, response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
  response.write(`data: ${JSON.stringify(told(request))}\n\n`);
}

const answers = {
  'GET login': (request, response) => send(response, 'text/html', form(request)),
  'POST login': logIn,
  'POST logout': (request, response) => commit(response, { 'X-Session-Destroy': 'true', 'X-Session-Location': '/' }),
  'GET data': (request, response) => send(response, 'application/json', JSON.stringify(told(request))),
  'POST data': (request, response) => send(response, 'application/json', JSON.stringify(told(request))),
  'OPTIONS data': (request, response) => response.writeHead(204).end(),
  'GET events': events,
  'GET image': (request, response) => send(response, 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'),
  'GET script': (request, response) => send(response, 'text/javascript', 'window.scriptRan = true;'),
  'GET style': (request, response) => send(response, 'text/css', 'body { color: blue; }'),
};

const server = http.createServer((request, response) => {
  const last = request.url.split('?')[0].split('/').pop();
  const logOut = '<form method="post" action="/logout"><button>Log out</button></form>';
  const shown = () => send(response, 'text/html', page(request, logOut));
  share(request, response);
  (answers[`${request.method} ${last}`] ?? shown)(request, response);
});
new WebSocketServer({ server }).on('connection', (socket, request) => socket.send(JSON.stringify(told(request))));
server.listen(process.argv[2]);
