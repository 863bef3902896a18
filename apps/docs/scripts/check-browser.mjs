// `pnpm --filter docs check:browser [--only PART] [--screenshots FOLDER]`: opens the built site in Chromium and lets the agents of its pages learn there.
// Fails when one does not, when a page is wider than the screen or a table is cut off at one of four widths, in light or dark, when a link leads
// nowhere, when a page reports an error, when a live page loads more than 2 MB, when the run in the tab has other weights than the same run in
// Node, or when anything is asked of another host. Without a browser it says so and ends well.
// Parts: home, accessibility, widths, chinese, cart-pole, grid, atari, course, and the experiments of the live pages by their ids.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../../../tools/testing/chromium.mjs';
import { checkAccessibility } from './check-accessibility.mjs';
import { serveFolder } from './serve-folder.mjs';

const SCREENS = { desktop: { width: 1360, height: 900 }, phone: { width: 390, height: 844 } };
/** From a phone to a large screen. */
const WIDTHS = [390, 768, 1280, 1920];
const PAGES = [
  '',
  'guide/installation',
  'guide/engines',
  'algorithms/',
  'algorithms/ppo',
  'algorithms/c51',
  'algorithms/family',
  'guide/choosing',
  'environments/',
  'environments/CartPole-v1',
  'api/',
  'api/@zpin/replay/',
  'live/cart-pole',
  'live/grid',
  'live/atari',
  'live/lunar-lander',
  'live/four-rooms',
  'zh/',
  'zh/guide/first-run',
  'zh/course/policy-gradients',
  'zh/algorithms/ppo',
  'zh/environments/CartPole-v1',
  'zh/live/four-rooms',
];
/** All that a live page asks for, its worker and its engine included. */
const LARGEST_PAGE = 2_000_000;
/** All that the first page asks for before anybody scrolls or clicks, the agent that plays there included. */
const LARGEST_HOME = 600_000;
/** Agents that must learn their tasks on pages of their own; what that means is said with each. */
const EXPERIMENTS = ['lunar-lander', 'pendulum', 'breakout', 'bit-flip', 'arm', 'four-rooms'];
/** Lessons with their agents; those that have a page of their own as well need only begin here. */
const LESSONS = [
  ...['networks network', 'dqn dqn', 'policy-gradients reinforce', 'actor-critic actor-critic', 'trust-regions trust-region'],
  ...['continuous pendulum', 'goals four-rooms', 'goals bit-flip', 'offline offline'],
].map(entry => entry.split(' '));
/** What readers of the Chinese pages look for, and a page that must be among what is found. */
const WANTED = /** @type {const} */ ([
  ['策略梯度', 'policy-gradients'],
  ['经验回放', 'dqn'],
  ['重要性采样 PPO', 'ppo'],
]);
/** Learning takes longer where the machine has other work. */
const PATIENCE = 600_000;

const { values: flags } = parseArgs({
  options: {
    screenshots: { type: 'string' },
    only: { type: 'string' },
    under: { type: 'string', default: '' },
    engine: { type: 'string', default: 'wasm' },
  },
});
const dist = fileURLToPath(new URL('../dist', import.meta.url));

const executablePath = findChromium();
if (!executablePath) {
  console.log('check:browser: no Chromium found. Install one, or name it in ZPIN_CHROMIUM.');
  process.exit(0);
}
if (!existsSync(join(dist, 'index.html'))) {
  console.error('check:browser: the site must be built, got no dist/index.html. Run pnpm --filter docs build first.');
  process.exit(1);
}

const { origin, base, served, close } = await serveFolder(dist);
const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
/** @type {string[]} */
const problems = [];

/** What each tab shows. @type {Map<import('playwright-core').Page, string>} */
const opened = new Map();

/**
 * Opens a page that notes everything that should not happen.
 * @param {string} path
 * @param {{ width: number, height: number }} viewport
 * @param {'light' | 'dark'} [colorScheme]
 */
async function open(path, viewport, colorScheme = 'light') {
  const page = await browser.newPage({ viewport, colorScheme });
  page.setDefaultTimeout(PATIENCE);
  opened.set(page, path);
  const note = (/** @type {string} */ what) => void problems.push(`${opened.get(page) || 'home'}: ${what}`);
  page.on('pageerror', error => note(error.message));
  page.on('console', message => message.type() === 'error' && note(message.text()));
  page.on('request', request => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin)) note(`asks for ${request.url()}`);
  });
  page.on('response', response => response.status() >= 400 && note(`must find what it asks for, got none of ${response.url()}`));
  await page.goto(origin + base + path, { waitUntil: 'load' });
  return page;
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} name
 */
async function shoot(page, name) {
  if (flags.screenshots) await page.screenshot({ path: join(flags.screenshots, `${name}.png`) });
}

/**
 * What the run of a page says of itself.
 * @param {import('playwright-core').Page} page
 * @param {string} [id] of the run, where a page has several
 */
const stateOf = (page, id) =>
  page
    .locator(id ? `[data-live="${id}"]` : '[data-live]')
    .evaluate(element => ({ .../** @type {HTMLElement} */ (element).dataset }));

/**
 * Waits until the run of a page has come so far.
 * @param {import('playwright-core').Page} page
 * @param {number} step
 * @param {string} [id] of the run, where a page has several
 */
const reach = (page, step, id) =>
  page.waitForFunction(
    ([selector, least]) => Number(document.querySelector(selector)?.getAttribute('data-step')) > least,
    /** @type {[string, number]} */ ([id ? `[data-live="${id}"]` : '[data-live]', step]),
  );

/**
 * A link holds the settings of a live page, and a page writes the link that it was opened with.
 * @param {string} path
 * @param {string} query
 */
async function checkLink(path, query) {
  const page = await open(`${path}?${query}`, SCREENS.desktop);
  await page.waitForTimeout(300);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByRole('button', { name: /Link copied|address bar/ }).waitFor();
  const got = new URL(page.url()).search.slice(1);
  if (got !== query) problems.push(`${path}: a link must give its settings back, ${query}, got ${got}`);
  await page.close();
}

/** The pole stays up in 100 greedy episodes after PPO's preset. */
async function checkCartPole() {
  await checkLink('live/cart-pole', 'live=cart-pole&algorithm=double-dqn&engine=cpu&seed=3&learningRate=0.002');
  const before = served();
  const page = await open('live/cart-pole', SCREENS.desktop);
  await page.locator('.live select').nth(1).selectOption(flags.engine);
  await page.getByRole('button', { name: 'Start' }).click();
  await reach(page, 20_000);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.waitForTimeout(500);
  const stopped = await stateOf(page);
  await page.waitForTimeout(1000);
  const later = await stateOf(page);
  if (stopped.step !== later.step)
    problems.push(`live/cart-pole: must rest when stopped, got from ${stopped.step} to ${later.step}`);
  await shoot(page, 'cart-pole-half');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.waitForSelector('[data-live][data-phase=done]');
  const { rate, finalReturn, meanReturn, weights } = await stateOf(page);
  console.log(
    `CartPole, PPO, ${flags.engine}: ${rate} steps/s, last 20 episodes ${Number(meanReturn).toFixed(1)}, 100 greedy episodes ${finalReturn}, weights ${weights}`,
  );
  if (flags.engine === 'wasm') {
    checkSize('live/cart-pole', served() - before);
    const inNode = await weightsInNode();
    console.log(`The same run in Node ${process.version}: weights ${inNode}`);
    if (weights !== inNode) problems.push(`live/cart-pole: weights must be ${inNode} as in Node, got ${weights}`);
  }
  if (!(Number(finalReturn) >= 475)) problems.push(`live/cart-pole: PPO must reach 475, got ${finalReturn}`);
  await shoot(page, 'cart-pole-done');
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.waitForSelector('[data-live][data-phase=idle][data-step="0"]');
  await page.close();
}

/**
 * @param {string} path
 * @param {number} bytes
 */
function checkSize(path, bytes) {
  console.log(`${path}: ${(bytes / 1e6).toFixed(2)} MB loaded`);
  if (bytes > LARGEST_PAGE) problems.push(`${path}: must load at most ${LARGEST_PAGE} bytes, got ${bytes}`);
}

/** The fingerprint of what the run of the page learns, trained in Node. */
async function weightsInNode() {
  const settings = { algorithm: 'ppo', engine: 'wasm', seed: 1, learningRate: 1e-3 };
  const script = fileURLToPath(new URL('live-in-node.mjs', import.meta.url));
  const node = ['--conditions=@zpin/source', script, JSON.stringify(settings)];
  const { stdout } = await promisify(execFile)(process.execPath, node, { timeout: PATIENCE });
  return stdout.trim();
}

/** Q-learning walks along the cliff, falling down now and then by its random actions alone. */
async function checkGrid() {
  const link =
    'live=grid&algorithm=sarsa&world=FrozenLake-v1&isSlippery=false&seed=4&learningRate=0.3&epsilon=0.2&stepsPerSecond=100';
  await checkLink('live/grid', link);
  const before = served();
  const page = await open('live/grid', SCREENS.desktop);
  await page.locator('.live select').first().selectOption('1000000');
  const began = Date.now();
  await page.getByRole('button', { name: 'Start' }).click();
  await reach(page, 50_000);
  const { step, meanReturn } = await stateOf(page);
  console.log(
    `CliffWalking, Q-learning: ${Math.round((1000 * Number(step)) / (Date.now() - began))} steps/s, last 100 episodes ${meanReturn}`,
  );
  checkSize('live/grid', served() - before);
  if (!(Number(meanReturn) > -80)) problems.push(`live/grid: Q-learning must find the way, got a mean return of ${meanReturn}`);
  await shoot(page, 'grid-learned');
  await page.close();
}

/** Double DQN catches more balls than it misses; a reader who holds a key moves the plate. */
async function checkAtari() {
  await checkLink('live/atari', 'live=atari&game=Bricks&view=picture&engine=cpu&seed=5');
  const before = served();
  const page = await open('live/atari', SCREENS.desktop);
  await page.getByRole('button', { name: 'Play yourself' }).click();
  await page.keyboard.down('ArrowLeft');
  await page.waitForFunction(() => document.querySelector('[data-live]')?.getAttribute('data-over') === 'true');
  await page.keyboard.up('ArrowLeft');
  const { score } = await stateOf(page);
  if (!(Number(score) < 0)) problems.push(`live/atari: who holds a key must miss most balls, got ${score}`);
  await shoot(page, 'atari-played');
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.getByRole('button', { name: 'Learn' }).click();
  await reach(page, 25_000);
  const { rate, meanReturn } = await stateOf(page);
  console.log(`Atari Catch from memory, Double DQN: ${rate} steps/s, last 20 episodes ${Number(meanReturn).toFixed(1)}`);
  checkSize('live/atari', served() - before);
  if (!(Number(meanReturn) > 5)) problems.push(`live/atari: Double DQN must catch balls, got a mean return of ${meanReturn}`);
  await shoot(page, 'atari-learned');
  await page.close();
}

/** A trained agent lands on the first page, with nothing but what a page loads before it is scrolled. */
async function checkHome() {
  const before = served();
  const page = await open('', SCREENS.desktop);
  await page.waitForFunction(() => Number(document.querySelector('[data-home]')?.getAttribute('data-landings')) >= 1);
  const bytes = served() - before;
  const score = Number(await page.locator('[data-home]').getAttribute('data-score'));
  console.log(`home: ${(bytes / 1000).toFixed(0)} kB loaded, first landing ${score.toFixed(0)} points`);
  if (bytes > LARGEST_HOME) problems.push(`home: must load at most ${LARGEST_HOME} bytes before it is scrolled, got ${bytes}`);
  if (!(score > 0)) problems.push(`home: the agent must land, got ${score} points`);
  await shoot(page, 'home-landed');
  await page.getByRole('button', { name: 'Let it learn from nothing' }).click();
  await reach(page, 20_000);
  await shoot(page, 'home-learning');
  await page.close();
}

/**
 * An agent learns its task; it rests while it is paused, and a link holds its settings.
 * @param {string} id
 */
async function checkExperiment(id) {
  const path = `live/${id}`;
  const before = served();
  const page = await open(`${path}?live=${id}&seed=2`, SCREENS.desktop);
  const seed = page.getByLabel('seed');
  if ((await seed.inputValue()) !== '2')
    problems.push(`${path}: the seed must be that of the link, got ${await seed.inputValue()}`);
  const began = Date.now();
  await page.getByRole('button', { name: 'Start' }).click();
  await reach(page, 500);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.waitForTimeout(500);
  const stopped = await stateOf(page);
  await page.waitForTimeout(500);
  if ((await stateOf(page)).step !== stopped.step) problems.push(`${path}: must rest when stopped`);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.waitForSelector('[data-live][data-phase=done]');
  const { rate, finalReturn, successRate, solved } = await stateOf(page);
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  console.log(
    `${id}: ${rate} steps/s, 100 greedy episodes ${finalReturn}${successRate ? `, success ${successRate}` : ''}, ${seconds} s`,
  );
  checkSize(path, served() - before);
  if (solved !== 'true') problems.push(`${path}: must learn its task, got a mean return of ${finalReturn}`);
  await shoot(page, `${id}-done`);
  await page.close();
}

/** The agents of the course learn their tasks, too. */
async function checkCourse() {
  for (const [lesson = '', id = ''] of LESSONS) {
    const path = `course/${lesson}`;
    const page = await open(path, SCREENS.desktop);
    const live = page.locator(`[data-live="${id}"]`);
    const began = Date.now();
    await live.getByRole('button', { name: 'Start' }).click();
    if (EXPERIMENTS.includes(id)) await reach(page, 500, id);
    else await page.waitForSelector(`[data-live="${id}"][data-phase=done]`);
    const { step, rate, finalReturn, solved } = await stateOf(page, id);
    const end = finalReturn === undefined ? 'learns on a page of its own' : `100 greedy episodes ${finalReturn}`;
    console.log(`${path}, ${id}: ${step} steps, ${rate} a second, ${end}, ${((Date.now() - began) / 1000).toFixed(0)} s`);
    if (!EXPERIMENTS.includes(id) && solved !== 'true')
      problems.push(`${path}: ${id} must learn its task, got a mean return of ${finalReturn}`);
    await shoot(page, `course-${id}`);
    await page.close();
  }
  await checkLessonGrid('course/tables', 0.9);
  await checkLessonGrid('course/sarsa', -60);
}

/**
 * A table learns on the page of a lesson.
 * @param {string} path
 * @param {number} least mean return of the last 100 episodes
 */
async function checkLessonGrid(path, least) {
  const page = await open(path, SCREENS.desktop);
  await page.getByLabel('speed').selectOption('1000000');
  await page.getByRole('button', { name: 'Start' }).click();
  await reach(page, 20_000);
  const { meanReturn } = await stateOf(page);
  console.log(`${path}: mean return of the last 100 episodes ${meanReturn}`);
  if (!(Number(meanReturn) > least)) problems.push(`${path}: must come to more than ${least}, got ${meanReturn}`);
  await shoot(page, path.replace('/', '-'));
  await page.close();
}

/** Every page at every width, in light and in dark: nothing is wider than the screen, what is cut off can be scrolled to, and links lead somewhere. */
async function checkWidths() {
  const paths = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.html') && name !== '404.html')
    .map(name => name.replace(/(^|\/)index\.html$/, '$1').replace(/\.html$/, ''))
    .filter(path => path.startsWith(flags.under));
  /** @type {Map<string, string[]>} */
  const anchors = new Map();
  /** @type {{ from: string, to: string }[]} */
  const links = [];
  // One tab for all, which keeps what pages have in common.
  const page = await open(paths[0] ?? '', { width: WIDTHS[0] ?? 390, height: 900 });
  for (const [i, path] of paths.entries()) {
    opened.set(page, path);
    await page.goto(origin + base + path, { waitUntil: 'load' });
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      await page.emulateMedia({ colorScheme });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        for (const found of await page.evaluate(cutOff)) problems.push(`${path || 'home'} at ${width}, ${colorScheme}: ${found}`);
      }
    }
    anchors.set(path, await page.evaluate(() => [...document.querySelectorAll('[id]')].map(({ id }) => id)));
    for (const to of await page.evaluate(() => [...document.links].map(({ href }) => href))) links.push({ from: path, to });
    if (i % 50 === 49) console.log(`${i + 1} of ${paths.length} pages looked at`);
  }
  await page.close();
  for (const { from, to } of links) {
    const { origin: host, pathname, hash } = new URL(to);
    if (host !== origin) continue;
    const inside = decodeURIComponent(pathname)
      .slice(base.length)
      .replace(/(^|\/)index\.html$/, '$1')
      .replace(/\.html$/, '');
    const ids = anchors.get(inside);
    if (ids === undefined && !existsSync(join(dist, inside)) && !existsSync(join(dist, `${inside}.html`)))
      problems.push(`${from || 'home'}: no page ${inside}`);
    if (ids && hash && !ids.includes(decodeURIComponent(hash.slice(1))))
      problems.push(`${from || 'home'}: nothing at ${inside}${hash}`);
  }
  console.log(`${paths.length} pages at ${WIDTHS.join(', ')} pixels in light and dark, ${links.length} links looked at`);
}

/** What of a page cannot be reached. Runs in the browser. */
function cutOff() {
  const root = document.documentElement;
  const found = root.scrollWidth > root.clientWidth ? [`must not scroll sideways, got ${root.scrollWidth} pixels`] : [];
  for (const element of document.querySelectorAll('#VPContent :is(table, pre, mjx-container, img, canvas)')) {
    const { right, left } = element.getBoundingClientRect();
    const inner = element.scrollWidth > element.clientWidth + 1;
    const scrolls = /auto|scroll/.test(getComputedStyle(element).overflowX);
    if (right > root.clientWidth + 1 || left < -1)
      found.push(`<${element.localName}> must lie within the page, got ${Math.round(left)} to ${Math.round(right)}`);
    else if (inner && !scrolls && element.localName === 'table') found.push('a table that is cut off must scroll');
  }
  return found;
}

/** The language switch leads to the same place of the same page, or to the nearest page; the search finds Chinese words. */
async function checkChinese() {
  const before = served();
  const home = await open('zh/', SCREENS.desktop);
  await home.waitForFunction(() => Number(document.querySelector('[data-home]')?.getAttribute('data-landings')) >= 1);
  const bytes = served() - before;
  console.log(`zh: ${(bytes / 1000).toFixed(0)} kB loaded for the first page`);
  if (bytes > LARGEST_HOME) problems.push(`zh: must load at most ${LARGEST_HOME} bytes before it is scrolled, got ${bytes}`);
  await home.close();
  const page = await open('guide/first-run#step-by-step', SCREENS.desktop);
  /** @param {string} label @param {string} menu */
  const switchTo = async (label, menu) => {
    await page.getByRole('button', { name: menu }).hover();
    await page.getByRole('link', { name: label, exact: true }).first().click();
  };
  /** @param {string} path @param {string} heading */
  const expectAt = async (path, heading) => {
    await page.getByRole('heading', { name: heading }).first().waitFor({ timeout: 60_000 });
    const { pathname, hash } = new URL(page.url());
    const at = decodeURIComponent(pathname.slice(base.length)).replace(/\.html$/, '') + hash;
    if (at !== path) problems.push(`the language switch must lead to ${path}, got ${at}`);
  };
  await switchTo('简体中文', 'Change language');
  await expectAt('zh/guide/first-run#step-by-step', '分步进行');
  await switchTo('English', '切换语言');
  await expectAt('guide/first-run#step-by-step', 'Step by step');
  await page.goto(`${origin}${base}api/@zpin/replay/`, { waitUntil: 'load' });
  await switchTo('简体中文', 'Change language');
  await expectAt('zh/api/', 'API 参考');
  for (const [words, path] of WANTED) {
    await page.getByRole('button', { name: '搜索' }).click();
    await page.locator('.VPLocalSearchBox input').fill(words);
    await page.locator('.VPLocalSearchBox .result').first().waitFor({ timeout: 120_000 });
    const found = await page
      .locator('.VPLocalSearchBox .result')
      .evaluateAll(list => list.map(link => link.getAttribute('href') ?? ''));
    if (!found.some(link => link.includes(path)))
      problems.push(`zh: a search for ${words} must find ${path}, got ${found.slice(0, 5).join(', ')}`);
    console.log(`zh: ${words} is found in ${found.length} places, first in ${decodeURIComponent(found[0] ?? '')}`);
    await shoot(page, `search-${path}`);
    await page.keyboard.press('Escape');
  }
  await page.close();
}

/** Whether a part was asked for. @param {string} part */
const wants = part => flags.only === undefined || flags.only === part;

try {
  if (flags.screenshots) {
    mkdirSync(flags.screenshots, { recursive: true });
    for (const [screen, size] of Object.entries(SCREENS)) {
      for (const path of PAGES) {
        const page = await open(path, size, path === 'guide/engines' ? 'dark' : 'light');
        await page.waitForTimeout(300);
        const name = `${screen}-${path.replaceAll(/[^a-z0-9]+/gi, '-') || 'home'}`;
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (overflow > 0) problems.push(`${name}: must not scroll sideways, got ${overflow} pixels too many`);
        await shoot(page, name);
        await page.close();
      }
    }
  }
  if (wants('widths')) await checkWidths();
  if (wants('accessibility'))
    await checkAccessibility({
      open: path => open(path, SCREENS.desktop),
      report: problem => void problems.push(problem),
    });
  if (wants('home')) await checkHome();
  if (wants('chinese')) await checkChinese();
  for (const id of EXPERIMENTS) if (wants(id)) await checkExperiment(id);
  if (wants('course')) await checkCourse();
  if (wants('cart-pole')) await checkCartPole();
  if (wants('grid')) await checkGrid();
  if (wants('atari')) await checkAtari();
} finally {
  await browser.close();
  close();
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? `Chromium in ${executablePath}: all well` : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
