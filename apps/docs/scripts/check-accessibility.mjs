// What pages of the built site are to those who listen, or go by keys: rules of axe, names, headings and landmarks of Chromium's accessibility
// tree, and walks by keyboard. Part of check-browser.mjs, which opens the pages and tells the problems.
import axe from 'axe-core';

/** In both languages. */
const PAGES = [
  ...['', 'guide/first-run', 'guide/coming-from-others', 'guide/choosing', 'guide/environments', 'guide/not-learning'],
  ...['algorithms/', 'algorithms/ppo', 'algorithms/family', 'algorithms/dqn'],
  ...['environments/', 'environments/CartPole-v1', 'environments/MinAtar-Breakout-v1', 'environments/Hopper-v5'],
  ...['live/cart-pole', 'live/grid', 'live/four-rooms', 'live/atari', 'course/', 'course/tables'],
];
const ENGLISH_ONLY = ['changelog', 'api/@zpin/replay/'];
/** Pages that are walked through by the Tab key; what they have in common is walked on the first. */
const WALKED = ['', 'algorithms/ppo', 'guide/first-run', 'live/grid', 'course/tables', 'zh/live/four-rooms'];
/** Stops of a walk. */
const MOST_STOPS = 120;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Roles that say nothing without a name. */
const NAMED = new Set([
  'button',
  'link',
  'image',
  'textbox',
  'searchbox',
  'combobox',
  'spinbutton',
  'checkbox',
  'navigation',
  'dialog',
]);

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {{ role?: { value: string }, name?: { value: string }, ignored: boolean, properties?: { name: string, value: { value: unknown } }[] }} AxNode
 */

/**
 * @param {object} tools
 * @param {(path: string) => Promise<Page>} tools.open opens a page on a desktop
 * @param {(problem: string) => void} tools.report
 */
export async function checkAccessibility({ open, report }) {
  const paths = [...PAGES, ...PAGES.map(path => `zh/${path}`), ...ENGLISH_ONLY];
  for (const path of paths) {
    const page = await open(path);
    await page.waitForTimeout(300);
    for (const found of await treeProblems(page)) report(`${path || 'home'}: ${found}`);
    await page.addScriptTag({ content: axe.source });
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(300);
      for (const found of await rulesBroken(page)) report(`${path || 'home'}, ${colorScheme}: ${found}`);
    }
    await page.close();
  }
  console.log(`${paths.length} pages in light and dark by the rules of axe, and their accessibility trees`);
  for (const path of WALKED) {
    const page = await open(path);
    await walk(page, problem => report(`${path || 'home'}: ${problem}`));
    await page.close();
  }
  await checkSidebar(await open('algorithms/ppo'), report);
  await checkSearch(await open('guide/first-run'), report);
  await checkSwitch(await open('guide/first-run'), report);
  await checkLive(await open('live/grid'), report);
}

/**
 * Rules of axe that a page breaks, each with an element.
 * @param {Page} page that axe was added to
 * @returns {Promise<string[]>}
 */
async function rulesBroken(page) {
  return page.evaluate(async rules => {
    const { run } = /** @type {typeof import('axe-core')} */ (Reflect.get(window, 'axe'));
    const { violations } = await run(document, { runOnly: { type: 'tag', values: rules } });
    return violations.map(({ id, nodes }) => {
      const why = nodes[0]?.failureSummary?.replace(/\s+/g, ' ').slice(0, 200);
      return `${id} at ${nodes.length} places, first ${nodes[0]?.html.slice(0, 160)}: ${why}`;
    });
  }, RULES);
}

/**
 * What a screen reader would miss: names, one main heading and an order below it, landmarks.
 * @param {Page} page
 */
async function treeProblems(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = /** @type {{ nodes: AxNode[] }} */ (await session.send('Accessibility.getFullAXTree'));
  const seen = nodes.filter(({ ignored }) => !ignored);
  const roleOf = (/** @type {AxNode} */ node) => node.role?.value ?? '';
  const problems = seen
    .filter(node => NAMED.has(roleOf(node)) && !node.name?.value?.trim())
    .map(node => `a ${roleOf(node)} must have a name`);
  for (const role of ['main', 'banner', 'navigation'])
    if (!seen.some(node => roleOf(node) === role)) problems.push(`must have a landmark ${role}`);
  const levels = await page.evaluate(() =>
    [...document.querySelectorAll('#VPContent :is(h1, h2, h3, h4, h5, h6)')].map(({ tagName }) => Number(tagName[1])),
  );
  if (levels.filter(level => level === 1).length !== 1) problems.push(`must have one h1, got ${levels.join(', ')}`);
  for (const [i, level] of levels.entries())
    if (i > 0 && level > (levels[i - 1] ?? 0) + 1)
      problems.push(`headings must not leave levels out, got h${level} behind h${levels[i - 1]}`);
  await session.detach();
  return problems;
}

/** What has the focus, and how it looks. Runs in the browser. */
function focused() {
  const element = /** @type {HTMLElement | null} */ (document.activeElement);
  if (!element || element === document.body) return null;
  const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor, color } = getComputedStyle(element);
  const { top, bottom, left, right, width, height } = element.getBoundingClientRect();
  return {
    html: element.outerHTML.slice(0, 120),
    isOutlined: (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0) || boxShadow !== 'none',
    look: [borderColor, backgroundColor, color].join(' '),
    isSeen: width > 0 && height > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth,
  };
}

/**
 * From the first element on by Tab: the first leads to the text, each is seen and looks focused, and none holds the focus.
 * @param {Page} page
 * @param {(problem: string) => void} report
 */
async function walk(page, report) {
  await page.waitForTimeout(500);
  await page.keyboard.press('Tab');
  const first = await page.evaluate(focused);
  if (!first?.html.includes('VPSkipLink')) report(`the first stop must skip to the text, got ${first?.html}`);
  else if (!first.isSeen) report('the link that skips to the text must be seen when it is focused');
  let last = '';
  let stops = 0;
  for (; stops < MOST_STOPS; stops++) {
    await page.keyboard.press('Tab');
    const now = await page.evaluate(focused);
    if (!now) break;
    const place = await page.evaluate(() => {
      const all = [...document.querySelectorAll('*')];
      return String(all.indexOf(/** @type {Element} */ (document.activeElement)));
    });
    if (place === last) report(`Tab must lead on, got stuck at ${now.html}`);
    if (place === last) break;
    last = place;
    if (!now.isSeen) report(`what has the focus must be seen, got ${now.html}`);
    if (!now.isOutlined) report(`what has the focus must look so, got ${now.html}`);
  }
  // The way back leads back.
  await page.keyboard.press('Shift+Tab');
  console.log(`${new URL(page.url()).pathname}: ${stops} stops by Tab`);
}

/**
 * Groups of the sidebar open and close by both keys, and say so.
 * @param {Page} page
 * @param {(problem: string) => void} report
 */
async function checkSidebar(page, report) {
  const group = page.locator('.VPSidebarItem.collapsible > .item').first();
  await group.focus();
  for (const [key, expected] of [
    ['Enter', 'false'],
    [' ', 'true'],
  ]) {
    await page.keyboard.press(key ?? '');
    await page.waitForTimeout(100);
    const got = await group.getAttribute('aria-expanded');
    if (got !== expected) report(`a group of the sidebar must say aria-expanded ${expected} after "${key}", got ${got}`);
  }
  await page.close();
}

/**
 * The search opens, finds and closes by keys alone.
 * @param {Page} page
 * @param {(problem: string) => void} report
 */
async function checkSearch(page, report) {
  await page.getByRole('button', { name: 'Search' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('.VPLocalSearchBox input').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.VPLocalSearchBox').waitFor({ state: 'detached' });
  const back = await page.evaluate(focused);
  if (!back?.html.includes('DocSearch')) report(`the search must give the focus back when it closes, got ${back?.html}`);
  await page.keyboard.press('Control+k');
  await page.locator('.VPLocalSearchBox input').waitFor();
  await page.keyboard.type('entropy coefficient');
  await page.locator('.VPLocalSearchBox .result').first().waitFor({ timeout: 120_000 });
  const before = page.url();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(url => String(url) !== before, { timeout: 60_000 });
  await page.close();
}

/**
 * The language switch opens and leads on by keys.
 * @param {Page} page
 * @param {(problem: string) => void} report
 */
async function checkSwitch(page, report) {
  const button = page.getByRole('button', { name: 'Change language' });
  await button.focus();
  await page.keyboard.press('Enter');
  const open = await button.getAttribute('aria-expanded');
  if (open !== 'true') report(`the language switch must open by Enter, got aria-expanded ${open}`);
  await page.keyboard.press('Tab');
  const link = await page.evaluate(focused);
  if (!link?.html.includes('/zh/')) report(`behind the language switch must come the other language, got ${link?.html}`);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/zh\/guide\/first-run/, { timeout: 60_000 });
  await page.close();
}

/**
 * A run is started, stopped and told of by keys and ears: the focus stays on the button, and few things are spoken.
 * @param {Page} page
 * @param {(problem: string) => void} report
 */
async function checkLive(page, report) {
  const live = page.locator('[data-live]').first();
  await live.getByRole('button', { name: 'Start' }).focus();
  await page.evaluate(() => {
    const region = document.querySelector('[data-live] [role="status"]');
    const spoken = /** @type {{ spoken?: string[] }} */ (window);
    spoken.spoken = [];
    if (region)
      new MutationObserver(() => spoken.spoken?.push(region.textContent ?? '')).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
  });
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => Number(document.querySelector('[data-live]')?.getAttribute('data-step')) > 20);
  await page.waitForTimeout(2000);
  const name = await page.evaluate(() => document.activeElement?.textContent?.trim());
  if (name !== 'Stop') report(`live/grid: the focus must stay on the button that stops what it started, got ${name}`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-live][data-phase=paused]');
  await page.waitForTimeout(300);
  const spoken = await page.evaluate(() => /** @type {{ spoken?: string[] }} */ (window).spoken ?? []);
  console.log(`live/grid: spoken ${spoken.length} times: ${spoken.map(text => text.slice(0, 60)).join(' | ')}`);
  if (spoken.length < 2 || spoken.length > 6)
    report(`live/grid: some beginning and end of a run must be spoken, got ${spoken.length} texts`);
  const tree = await page.evaluate(() =>
    [...document.querySelectorAll('[data-live] canvas')].map(canvas => canvas.getAttribute('aria-label')),
  );
  if (tree.some(label => !label)) report('live/grid: each canvas must say what it shows');
  await page.close();
}
