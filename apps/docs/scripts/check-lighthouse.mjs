// `pnpm --filter docs check:lighthouse [PAGE ...]`: Lighthouse's marks for pages of the built site, as on a desktop; fails when one of performance,
// accessibility and best practices is below 95. Not part of the tests: speed depends on what else the machine does. Without a browser it says so and ends well.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import lighthouse, { desktopConfig } from 'lighthouse';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../../../tools/testing/chromium.mjs';
import { serveFolder } from './serve-folder.mjs';

const LEAST = 95;
/** Seconds until something is seen. */
const LATEST_PAINT = 1.5;
const PORT = 9337;

const pages = process.argv.slice(2);
if (pages.length === 0) {
  const looked = ['', 'algorithms/ppo', 'guide/first-run', 'live/cart-pole'];
  pages.push(...looked, ...looked.map(path => `zh/${path}`));
}
const executablePath = findChromium();
if (!executablePath) {
  console.log('check:lighthouse: no Chromium found. Install one, or name it in ZPIN_CHROMIUM.');
  process.exit(0);
}
const dist = fileURLToPath(new URL('../dist', import.meta.url));
if (!existsSync(`${dist}/index.html`)) {
  console.error('check:lighthouse: the site must be built, got no dist/index.html. Run pnpm --filter docs build first.');
  process.exit(1);
}
const { origin, base, close } = await serveFolder(dist);
const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS, `--remote-debugging-port=${PORT}`] });
/** @type {string[]} */
const problems = [];
try {
  for (const path of pages) {
    const onlyCategories = ['performance', 'accessibility', 'best-practices'];
    const result = await lighthouse(origin + base + path, { port: PORT, onlyCategories, logLevel: 'error' }, desktopConfig);
    if (!result) throw new Error(`check:lighthouse: ${path || 'home'} must have a result, got none.`);
    const { categories, audits } = result.lhr;
    const marks = Object.values(categories).map(({ id, score }) => ({ id, mark: Math.round(100 * (score ?? 0)) }));
    const paint = (audits['first-contentful-paint']?.numericValue ?? Number.NaN) / 1000;
    console.log(
      `${path || 'home'}: ${marks.map(({ id, mark }) => `${id} ${mark}`).join(', ')}, first paint ${paint.toFixed(2)} s`,
    );
    for (const { id, mark } of marks)
      if (mark < LEAST) problems.push(`${path || 'home'}: ${id} must be ${LEAST} or more, got ${mark}`);
    if (!(paint <= LATEST_PAINT))
      problems.push(`${path || 'home'}: something must be seen within ${LATEST_PAINT} s, got ${paint} s`);
    for (const { auditRefs } of Object.values(categories)) {
      for (const { id, weight } of auditRefs) {
        const audit = audits[id];
        if (!audit || weight === 0 || audit.score === null || audit.score >= 0.9) continue;
        console.log(`  ${id} ${audit.score}: ${audit.displayValue ?? audit.title}`);
        for (const item of elements(audit.details).slice(0, 5)) console.log(`    ${item}`);
      }
    }
  }
} finally {
  await browser.close();
  close();
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

/**
 * What of a page an audit names.
 * @param {unknown} details
 * @returns {string[]}
 */
function elements(details) {
  const items =
    /** @type {{ items?: { node?: { snippet?: string, explanation?: string } }[] } | undefined} */ (details)?.items ?? [];
  return items.map(({ node }) => node?.snippet ?? '').filter(snippet => snippet !== '');
}
