'use strict';
// A headless Chromium in which the scripts of a test run: node driver.js '{"listen": PATH, "program": "chromium",
// "profile": FOLDER, "hosts": ["site.example"]}'.
//
// It answers on the Unix socket `listen` as soon as the browser runs. POST / with {"script": TEXT, "given": {name: value},
// "seconds": DEADLINE} runs the text as the body of an asynchronous function, whose variables are those of `given` and
// those of words.js, in one page that stays from script to script. The answer is {"result": what it returned, "cookies":
// the values of all cookies that the browser holds}, or {"error": why there is none} with status 500. Standard output says
// what the browser asked for, what it got, and what it has written to its console.

const fs = require('fs');
const http = require('http');
const path = require('path');
const puppeteer = require('puppeteer-core');
const words = require('./words');

const config = JSON.parse(process.argv[2]);
const AsyncFunction = (async () => {}).constructor;

function found(program) {
  const folders = process.env.PATH.split(':');
  const file = folders.map((folder) => path.join(folder, program)).find((candidate) => fs.existsSync(candidate));
  if (!file) throw new Error(`there is no ${program} on this machine: run ./dev setup test`);
  return file;
}

function launch() {
  // Only the hosts of the test have an address, and it is this machine's.
  const addresses = config.hosts.map((host) => `MAP ${host} 127.0.0.1`);
  return puppeteer.launch({
    executablePath: found(config.program),
    userDataDir: config.profile,
    env: { ...process.env, HOME: config.profile, TMPDIR: config.profile },
    // However this process ends, its pipe to the browser is closed then, and that ends the browser.
    pipe: true,
    handleSIGTERM: false,
    // Root can't have a sandbox, and the pages are the test's own.
    args: ['--no-sandbox', '--no-proxy-server', '--ignore-certificate-errors', '--disable-gpu',
      '--disable-features=HttpsUpgrades,HttpsFirstBalancedMode,HttpsFirstBalancedModeAutoEnable,HttpsFirstModeV2',
      `--host-resolver-rules=${addresses.join(', ')}, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1`],
  });
}

function report(page) {
  page.on('console', (message) => console.log(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => console.log('uncaught:', error));
  page.on('requestfailed', (request) => {
    console.log(request.method(), request.url(), 'failed:', request.failure()?.errorText);
  });
  page.on('response', (response) => {
    const { location } = response.headers();
    console.log(response.request().method(), response.url(), response.status(), location ? `to ${location}` : '');
  });
}

// What the promise becomes, unless that takes longer.
async function within(seconds, promise, where) {
  let timer;
  const late = new Promise((_, reject) => {
    const give = () => reject(new Error(`the script has no result after ${seconds} s; the page is ${where()}`));
    timer = setTimeout(give, seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function run(page, { script, given, seconds }) {
  page.setDefaultTimeout(seconds * 750); // milliseconds: what does not come is then named, before the script is late
  const known = { page, ...words(page), ...given };
  const started = new AsyncFunction(...Object.keys(known), script)(...Object.values(known));
  const result = await within(seconds, started, () => page.url());
  const cookies = await page.browserContext().cookies();
  return { result: result ?? null, cookies: cookies.map((cookie) => cookie.value) };
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks));
}

function answer(response, status, value) {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

async function main() {
  const browser = await launch();
  process.on('SIGTERM', () => {
    browser.close().finally(() => process.exit(0));
  });
  const [page] = await browser.pages();
  report(page);
  http.createServer((request, response) => {
    body(request).then((asked) => run(page, asked)).then(
      (value) => answer(response, 200, value),
      (error) => {
        console.log('the script failed:', error);
        answer(response, 500, { error: String(error) });
      },
    );
  }).listen(config.listen);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
