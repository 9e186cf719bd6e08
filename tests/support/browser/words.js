'use strict';
const fs = require('fs');
// What scripts of tests say to the browser's page. Each answer of the application tells which request it got, as
// application.js has it: {method, url, user, cookie}.

// These run in the page. `told` is what the application said of the request that it answered.
const inPage = {
  async fetched(url, options) {
    const response = await fetch(url, options);
    const text = await response.text();
    const isJson = response.headers.get('Content-Type')?.includes('json');
    return { status: response.status, redirected: response.redirected, told: isJson ? JSON.parse(text) : null };
  },

  // The first event, and whether the browser would connect again after an error.
  eventsFrom(url) {
    return new Promise((resolve) => {
      const source = new EventSource(url);
      source.onmessage = ({ data }) => { source.close(); resolve({ told: JSON.parse(data) }); };
      source.onerror = () => { resolve({ closed: source.readyState === EventSource.CLOSED }); source.close(); };
    });
  },

  // The first message, or the code of the close.
  socketTo(url) {
    return new Promise((resolve) => {
      const socket = new WebSocket(url);
      socket.onmessage = ({ data }) => { socket.close(); resolve({ told: JSON.parse(data) }); };
      socket.onclose = ({ code }) => resolve({ code });
    });
  },

  // Whether an element that loads this, <img src=URL> for example, fires `load`.
  loads(tag, attributes) {
    return new Promise((resolve) => {
      const element = Object.assign(document.createElement(tag), attributes);
      element.onload = () => resolve(true);
      element.onerror = () => resolve(false);
      document.body.append(element);
    });
  },
};

function words(page) {
  // Where the page is, and what the application said of the request for it; null if it did not answer.
  async function here() {
    const text = await page.$eval('#request', (element) => element.textContent).catch(() => 'null');
    return { url: page.url(), told: JSON.parse(text) };
  }

  // Goes there by what `act` does in the page.
  async function leave(act) {
    const [response] = await Promise.all([page.waitForNavigation(), act()]);
    return { status: response.status(), ...await here() };
  }

  const inThePage = Object.entries(inPage).map(([name, act]) => [name, (...given) => page.evaluate(act, ...given)]);
  return {
    here,
    ...Object.fromEntries(inThePage),
    async open(url) {
      const response = await page.goto(url);
      return { status: response.status(), ...await here() };
    },
    // On a login page: fills in the form and sends it.
    async logIn(user) {
      await page.type('input[name=user]', user);
      return leave(() => page.click('button'));
    },
    // On any other page of the application.
    logOut: () => leave(() => page.click('button')),
    // As another site does it: a page's link, and a form.
    followLink: (url) => leave(() => page.evaluate((to) => {
      Object.assign(document.body.appendChild(document.createElement('a')), { href: to }).click();
    }, url)),
    sendForm: (url) => leave(() => page.evaluate((to) => {
      Object.assign(document.body.appendChild(document.createElement('form')), { method: 'post', action: to }).submit();
    }, url)),
    // What is not accessible in the page (axe-core: WCAG 2.2, A and AA, and good practice): "rule: element".
    async inaccessible() {
      await page.evaluate(fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
      const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
      return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
    },
    // All cookies that the browser holds.
    cookies: () => page.browserContext().cookies(),
  };
}

module.exports = words;
