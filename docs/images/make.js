'use strict';
// Makes the pictures of README.md: node docs/images/make.js ADDRESS PEERS, with the address of a running demo
// (conf/demo/run) and the folder that ./dev setup puts npm's packages into (build/peers/browser). `./dev pictures` does all of it.

const path = require('path');

const [site, peers] = process.argv.slice(2);
if (!peers) throw new Error('usage: node docs/images/make.js ADDRESS PEERS');
const puppeteer = require(path.resolve(peers, 'node_modules/puppeteer-core'));

async function logIn(page, user, fields) {
  await page.goto(`${site}/login`);
  await page.type('input[name=user]', user);
  for (const field of fields) await page.click(`input[name=${field}]`);
  await Promise.all([page.waitForNavigation(), page.click('form button')]);
}

const says = (page, text) => page.waitForFunction((part) => document.body.innerText.includes(part), {}, text);
const picture = (page, name) => page.screenshot({ path: path.join(__dirname, `${name}.png`), optimizeForSpeed: false });

// The pages of somebody who is busy, so that the console's charts have something to show.
async function browse(context, times) {
  const page = await context.newPage();
  for (let i = 0; i < times; ++i) await page.goto(`${site}/${['account', 'devices', 'headers', 'admin', ''][i % 5]}`);
  await page.close();
}

async function main() {
  const browser = await puppeteer.launch({
    executablePath: '/usr/bin/chromium', pipe: true,
    args: ['--no-sandbox', '--no-proxy-server', '--disable-gpu', '--disable-background-networking', '--force-color-profile=srgb'],
  });
  try {
    const devices = await browser.newPage();
    await devices.setUserAgent({ userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' });
    await devices.setViewport({ width: 1000, height: 560 });
    await logIn(devices, 'ada', ['remember']);
    await devices.goto(`${site}/devices`);
    await says(devices, 'Log out the others');
    await picture(devices, 'devices');

    const context = await browser.createBrowserContext();
    const operator = await context.newPage();
    await operator.setViewport({ width: 1280, height: 800 });
    await logIn(operator, 'root', ['admin']);
    await operator.goto(`${site}/_console/`);
    await says(operator, 'Live sessions');
    for (let i = 0; i < 5; ++i) await Promise.all([browse(browser.defaultBrowserContext(), 10 + 15 * (i % 3)), new Promise((go) => setTimeout(go, 5000))]);
    await picture(operator, 'console');
  } finally {
    await browser.close();
  }
}

main();
