'use strict';
// node look.js SITE PEERS PICTURES: opens every page of the built site in Chromium, as wide as a telephone and as a desktop, and looks for faults: errors of
// scripts, requests that fail or go elsewhere, a page that scrolls sideways, what axe finds serious. Then it searches, and follows the first page that is found.
// PEERS is the folder of npm's packages (build/peers/browser); some pictures of pages go into the folder PICTURES.

const fs = require('fs');
const http = require('http');
const path = require('path');

const [site, peers, pictures] = process.argv.slice(2).map((each) => path.resolve(each));
const puppeteer = require(path.join(peers, 'node_modules/puppeteer-core'));
const axe = fs.readFileSync(require.resolve(path.join(peers, 'node_modules/axe-core')), 'utf8');
const WIDTHS = [375, 1280];
const PICTURED = ['index.html', 'docs/start/nginx-php.html', 'docs/nginx.html', 'docs/contract.html'];
// The theme's own, which these pages cannot change: the form that opens the search is a region without a name, and code that scrolls can't be reached by key.
const RULES = { runOnly: ['wcag2a', 'wcag2aa'], rules: { 'scrollable-region-focusable': { enabled: false } } };
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png' };

function serve() {
  const server = http.createServer((request, response) => {
    const file = path.join(site, decodeURIComponent(new URL(request.url, 'http://any').pathname));
    fs.readFile(file, (error, data) => {
      if (error) response.writeHead(404).end();
      else response.writeHead(200, { 'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream' }).end(data);
    });
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

function pagesOf(folder) {
  const found = fs.readdirSync(folder, { recursive: false, withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? pagesOf(file) : [file];
  });
  return found.filter((file) => file.endsWith('.html') && !file.endsWith('404.html')).sort();
}

async function sidewise(page) {
  return page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return '';
    const wide = [...document.querySelectorAll('.md-content *')].filter((each) => each.getBoundingClientRect().right > room + 1);
    return `${document.documentElement.scrollWidth} wide: ${wide.slice(0, 3).map((each) => each.outerHTML.slice(0, 80).replace(/\s+/g, ' ')).join(' | ')}`;
  });
}

async function lookAt(page, address, name, width, faults) {
  await page.goto(`${address}/${name}`, { waitUntil: 'load' });
  const wide = await sidewise(page);
  if (wide) faults.push(`${name} at ${width}: scrolls sideways: ${wide}`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate((rules) => window.axe.run(document.querySelector('main'), rules), RULES);
  for (const { id, impact, nodes } of violations) {
    if (['serious', 'critical'].includes(impact)) faults.push(`${name} at ${width}: ${id}: ${nodes[0].html.slice(0, 120)}`);
  }
  if (PICTURED.includes(name)) await page.screenshot({ path: path.join(pictures, `${name.replaceAll('/', '-')}-${width}.png`) });
}

async function search(page, address, faults) {
  await page.goto(`${address}/index.html`, { waitUntil: 'load' });
  await page.focus('.md-search__input');
  await page.type('.md-search__input', 'sentinel');
  const link = await page.waitForSelector('.md-search-result__link', { timeout: 60000 });
  const to = await link.evaluate((each) => each.href);
  if (!to.startsWith(`${address}/docs/`)) faults.push(`the search for "sentinel" leads to ${to}`);
  const [answer] = await Promise.all([page.waitForNavigation(), link.evaluate((each) => each.click())]);
  const text = await page.$eval('main', (main) => main.innerText);
  if (answer && !answer.ok() || !/sentinel/i.test(text)) faults.push(`the search for "sentinel" leads to ${to}, which does not have it`);
}

async function main() {
  const server = await serve();
  const address = `http://127.0.0.1:${server.address().port}`;
  const faults = [];
  fs.mkdirSync(pictures, { recursive: true });
  const browser = await puppeteer.launch({ executablePath: '/usr/bin/chromium', pipe: true, protocolTimeout: 600000,
    args: ['--no-sandbox', '--no-proxy-server', '--disable-gpu', '--disable-background-networking', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'] });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(120000);
    page.on('console', (message) => message.type() === 'error' && faults.push(`${page.url()}: console: ${message.text()}`));
    page.on('pageerror', (error) => faults.push(`${page.url()}: ${error}`));
    page.on('request', (request) => /^(data|blob):/.test(request.url()) || request.url().startsWith(`${address}/`) || faults.push(`${page.url()}: asks ${request.url()}`));
    page.on('response', (response) => response.status() < 400 || faults.push(`${page.url()}: ${response.url()}: ${response.status()}`));
    const names = pagesOf(site).map((file) => path.relative(site, file));
    for (const width of WIDTHS) {
      await page.setViewport({ width, height: 800 });
      for (const name of names) await lookAt(page, address, name, width, faults);
    }
    await search(page, address, faults);
    console.log(faults.join('\n') || `${names.length} pages at ${WIDTHS.join(' and ')} pixels have no fault, and the search finds`);
    process.exitCode = faults.length ? 1 : 0;
  } finally {
    await browser.close();
    server.close();
  }
}

main();
