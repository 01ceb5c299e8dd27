// Chromium for web_test.py: reads a request a line ({"do", …}), answers with a line ({"ok"} or {"error"}). One browser, and a
// page that a test opens anew; what its console said, and whom it asked, is kept until the test looks.
//
//   browser.mjs DIRECTORY-OF-node_modules CHROMIUM
import {createRequire} from 'node:module';
import fs from 'node:fs';
import readline from 'node:readline';

const [, , home, program] = process.argv;
const load = createRequire(home + '/');
const {chromium} = load('playwright-core');
const axe = fs.readFileSync(load.resolve('axe-core/axe.min.js'), 'utf8');

const browser = await chromium.launch({executablePath: program, args: ['--no-sandbox', '--disable-dev-shm-usage']});
let context = null, page = null, complaints = [], hosts = new Set(), held = null;

const PATIENCE = 10000 * Number(process.env.SLIPWAY_TEST_PATIENCE ?? '1');

// Every answer of the page's own server has its headers; none may come from elsewhere.
async function open({url, scheme = 'light', width = 1280, token}) {
  await context?.close();
  context = await browser.newContext({colorScheme: scheme, viewport: {width, height: 844}, locale: 'en-GB'});
  context.setDefaultTimeout(PATIENCE);
  complaints = [];
  hosts = new Set();
  page = await context.newPage();
  page.on('console', (said) => {
    if (said.type() === 'error' || said.type() === 'warning') complaints.push(said.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  if (token) await page.addInitScript((kept) => sessionStorage.setItem('slipway-token', kept), token);
  await page.goto(url);
  await page.locator('h1, dialog, .refused').first().waitFor();
}

const doing = {
  open,
  // Within the page, by links and buttons as people use them.
  goto: async ({url}) => {
    await page.goto(url);
    await page.locator('h1').first().waitFor();
  },
  click: async ({role, name, exact = true, within = 'body'}) => page.locator(within).getByRole(role, {name, exact}).first().click(),
  fill: async ({label, text}) => page.getByLabel(label, {exact: true}).fill(text),
  press: async ({key}) => page.keyboard.press(key),
  select: async ({label, value}) => page.getByRole('combobox', {name: label, exact: true}).selectOption(value),
  reload: async () => page.reload(),
  back: async () => page.goBack(),
  sees: async ({text, within}) => (within ? page.locator(within).filter({hasText: text}) : page.getByText(text)).first().waitFor(),
  text: async ({of}) => (await page.locator(of).first().textContent()).trim(),
  texts: async ({of}) => (await page.locator(of).allTextContents()).map((text) => text.trim()),
  count: async ({of}) => page.locator(of).count(),
  attribute: async ({of, name}) => page.locator(of).first().getAttribute(name),
  slide: async ({label, value}) => page.getByLabel(label, {exact: true}).fill(String(value)),
  openDetails: async ({of}) => page.locator(of).first().click(),
  address: async () => page.evaluate(() => location.pathname + location.search),
  focused: async () => page.evaluate(() => document.activeElement?.textContent ?? ''),
  kept: async () => page.evaluate(() => ({session: sessionStorage.getItem('slipway-token'), local: {...localStorage}})),
  scroll: async ({to}) => page.evaluate((y) => {
    scrollTo(0, y);  // what it returns differs from version to version
  }, to),
  shot: async ({path, clip}) => page.screenshot({path, clip}),
  memory: async () => {
    const session = await context.newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  },
  complaints: async () => complaints.splice(0),
  hosts: async () => [...hosts],
  // Requests whose address has this in it wait until they are let go.
  hold: async ({part}) => {
    const let_go = new Promise((resolve) => {
      held = resolve;
    });
    await page.route((url) => url.href.includes(part), async (route) => {
      await let_go;
      await route.continue().catch(() => {});  // the page may have left it
    });
  },
  letGo: async () => {
    held();
    await page.unrouteAll({behavior: 'wait'});
  },
  // What axe finds wrong with what is shown, and whether it is wider than the window.
  axe: async () => {
    await page.evaluate(`${axe}; null`);
    const found = await page.evaluate(() => globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    return {wide, violations: found.violations.map(({id, help, nodes}) => ({id, help,
      where: nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} | ${node.failureSummary}`)}))};
  },
};

console.log(JSON.stringify({ok: browser.version()}));
for await (const line of readline.createInterface({input: process.stdin})) {
  const {do: what, ...how} = JSON.parse(line);
  try {
    console.log(JSON.stringify({ok: (await doing[what](how)) ?? null}));
  } catch (error) {
    console.log(JSON.stringify({error: `${what} ${JSON.stringify(how)}: ${error.message}`}));
  }
}
await browser.close();
