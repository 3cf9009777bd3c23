// Time from the start of navigation until a page is interactive, in Chromium. Interactive: Blazor's circuit has added the components and the browser
// has painted after it. Prints one JSON line: per page the medians of visits with an empty cache and of repeated visits, in milliseconds.
//   node pages.mjs BASE EMAIL PASSWORD FIRST_TOKEN_NUMBER [LOADS]
import { createRequire } from 'node:module';
import { join } from 'node:path';
const { chromium } = createRequire(join(process.env.NODE_MODULES, 'x.js'))('playwright-core');
const [base, email, password, first, loads = '12'] = process.argv.slice(2);
const median = values => { const s = [...values].sort((a, b) => a - b); return Math.round((s[(s.length - 1) >> 1] + s[s.length >> 1]) / 2); };

// Runs in the page before its own scripts: listens to what arrives on the circuit's socket.
function watch() {
  const Native = WebSocket, mark = 'JS.EndUpdateRootComponents';
  window.WebSocket = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', e => {
        const text = typeof e.data === 'string' ? e.data : new TextDecoder('latin1').decode(e.data);
        if (window.interactiveAt === undefined && text.includes(mark)) {
          window.interactiveAt = 0;
          requestAnimationFrame(() => setTimeout(() => { window.interactiveAt = performance.now(); }));
        }
      });
    }
  };
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function visit(context, path, selector) {
  const page = await context.newPage();
  await page.goto(base + path, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.interactiveAt > 0, null, { timeout: 30000 });
  const times = await page.evaluate(() => ({ interactive: window.interactiveAt, answered: performance.getEntriesByType('navigation')[0].responseStart }));
  if (!await page.locator(selector).first().isVisible()) throw new Error(`${path}: no ${selector}`);
  await page.close();
  return times;
}

async function measure(path, selector, storageState) {
  const fresh = [], again = [], answered = [];
  const options = { storageState, locale: 'en', viewport: { width: 1280, height: 800 } };
  const kept = await browser.newContext(options);
  await kept.addInitScript(watch);
  await visit(kept, path(), selector);
  for (let i = 0; i < +loads; i++) {
    const context = await browser.newContext(options);
    await context.addInitScript(watch);
    fresh.push((await visit(context, path(), selector)).interactive);
    await context.close();
    const times = await visit(kept, path(), selector);
    again.push(times.interactive); answered.push(times.answered);
  }
  await kept.close();
  return { first: median(fresh), again: median(again), answered: median(answered), loads: +loads };
}

const context = await browser.newContext({ locale: 'en' });
const page = await context.newPage();
await page.goto(base + '/sign-in');
await page.fill('input[name=email]', email);
await page.fill('input[name=password]', password);
await page.click('button[name=how][value=password]');
await page.waitForURL(u => !u.pathname.startsWith('/sign-in'));
const signedIn = await context.storageState();
await context.close();

let number = +first;
const out = {
  invitations: await measure(() => '/users?tab=invites', 'table tbody tr', signedIn),
  accept: await measure(() => '/accept-invitation?token=T' + String(number++).padStart(41, '0') + 'A', 'main button, .card button, form', undefined),
};
console.log(JSON.stringify(out));
await browser.close();
