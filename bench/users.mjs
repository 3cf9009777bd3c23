// The table of people in Chromium: until it is interactive, and from a click until what it asks for is painted (the table's first row or its order has
// changed, and the browser has painted after that). Prints one JSON line of medians in milliseconds.
//   node users.mjs BASE EMAIL PASSWORD [LOADS]
import { createRequire } from 'node:module';
import { join } from 'node:path';
const { chromium } = createRequire(join(process.env.NODE_MODULES, 'x.js'))('playwright-core');
const [base, email, password, loads = '12'] = process.argv.slice(2);
const path = '/users?tab=users';
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

async function open(context, to = path) {
  const page = await context.newPage();
  await page.goto(base + to, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.interactiveAt > 0, null, { timeout: 30000 });
  await page.locator('table tbody tr').first().waitFor();
  return page;
}

// Clicks within the page itself, and counts until the names in the table are others.
const click = (page, selector) => page.evaluate(target => new Promise((done, fail) => {
  const names = () => [...document.querySelectorAll('table tbody tr')].map(r => r.textContent).join('|');
  const element = document.querySelector(target), before = names();
  if (!element) return fail(new Error(`no ${target}`));
  const observer = new MutationObserver(() => {
    const now = names();
    if (now === before || now === '') return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
  });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  const start = performance.now();
  element.click();
  setTimeout(() => fail(new Error(`${target} changed nothing`)), 20000);
}), selector);

const signing = await browser.newContext({ locale: 'en' });
const form = await signing.newPage();
await form.goto(base + '/sign-in');
await form.fill('input[name=email]', email);
await form.fill('input[name=password]', password);
await form.click('button[name=how][value=password]');
await form.waitForURL(u => !u.pathname.startsWith('/sign-in'));
const options = { storageState: await signing.storageState(), locale: 'en', viewport: { width: 1280, height: 800 } };
await signing.close();

const kept = await browser.newContext(options);
await kept.addInitScript(watch);
await (await open(kept)).close();
const taken = { first: [], again: [], next: [], filter: [], sort: [], search: [] };
for (let i = 0; i < +loads; i++) {
  const context = await browser.newContext(options);
  await context.addInitScript(watch);
  const fresh = await open(context);
  taken.first.push(await fresh.evaluate(() => window.interactiveAt));
  await context.close();
  const page = await open(kept);
  taken.again.push(await page.evaluate(() => window.interactiveAt));
  await page.waitForTimeout(200);
  taken.next.push(await click(page, '.pager a[aria-label="Next page"]'));
  taken.next.push(await click(page, '.pager a[aria-label="Next page"]'));
  taken.next.push(await click(page, '.pager a[aria-label="Last page"]'));
  taken.sort.push(await click(page, 'th a[href*="lastSignInAt"], th a[href*="sort=-joinedAt"]'));
  taken.filter.push(await click(page, '.filters a.chip[href*="status=BANNED"]'));
  taken.filter.push(await click(page, '.filters a.chip[href*="SUSPENDED"]'));
  await page.close();
}

await kept.close();
console.log(JSON.stringify(Object.fromEntries(Object.entries(taken).filter(([, v]) => v.length).map(([k, v]) => [k, median(v)]))));
await browser.close();
