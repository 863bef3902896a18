/**
 * `pnpm bench tab [--rounds 5] [--write]`: steps per second of PPO on CartPole in a tab of Chromium, on each engine that runs there, in
 * turns. `--write` stores the table in `benchmarks/results/tab.md`. The Chromium is that of `ZPIN_CHROMIUM`, else of the machine.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InputError, message } from '@zpin/contracts';
import { chromium, type Page } from 'playwright-core';
import { createServer } from 'vite';
import { CHROMIUM_FLAGS, findChromium } from '../../tools/testing/chromium.mjs';
import { median } from './lib/side-by-side.ts';
import { table } from './lib/table.ts';

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, write: { type: 'boolean', default: false } },
});

/** Engines, with steps that take each some seconds. */
const ENGINES: readonly (readonly [string, number])[] = [
  ['wasm', 60_000],
  ['onnx', 20_000],
  ['tensorflow', 4000],
];
const PATIENCE = 600_000;

/** Steps per second of each engine, in rounds. */
async function measure(page: Page): Promise<number[][]> {
  const rates: number[][] = ENGINES.map(() => []);
  // One round compiles what is hot.
  for (let round = -1; round < Number(flags.rounds); round++) {
    for (const [k, [engine, steps]] of ENGINES.entries()) {
      const rate = await page.evaluate(([name, count]) => globalThis.stepsPerSecond(name, count), [engine, steps] as const);
      if (round >= 0) rates[k]?.push(rate);
    }
  }
  return rates;
}

async function inPage(): Promise<{ readonly rates: number[][]; readonly version: string }> {
  const executablePath = findChromium();
  if (!executablePath)
    throw new InputError(message('bench tab', 'a Chromium must be there', 'none', 'Name one in ZPIN_CHROMIUM'));
  const server = await createServer({
    root: join(import.meta.dirname, '..', 'page'),
    configFile: false,
    logLevel: 'error',
    optimizeDeps: { exclude: ['onnxruntime-web'] },
    // Packages of this repository lie beside the page's folder.
    server: { host: '127.0.0.1', port: 0, fs: { strict: false } },
  });
  await server.listen();
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', error => process.stderr.write(`${error.message}\n`));
    await page.goto(server.resolvedUrls?.local[0] as string);
    await page.waitForFunction(() => 'stepsPerSecond' in globalThis);
    return { rates: await measure(page), version: browser.version() };
  } finally {
    await browser.close();
    await server.close();
  }
}

const { rates, version } = await inPage();
const medians = rates.map(median);
const rows = ENGINES.map(([engine], k) => {
  const times = ENGINES.map((_, other) =>
    median((rates[k] as number[]).map((rate, round) => rate / (rates[other]?.[round] as number))),
  );
  return [engine, Math.round(medians[k] as number).toLocaleString('en'), ...times.map(ratio => ratio.toFixed(2))];
});
const text = [
  `Chromium ${version}, ${cpus()[0]?.model.trim()}. PPO on CartPole with its preset, from an engine that is made to the last update; medians of ${flags.rounds} rounds in turns.`,
  table(['engine', 'steps per second', ...ENGINES.map(([engine]) => `× ${engine}`)], rows),
].join('\n\n');
process.stdout.write(`${text}\n`);
if (flags.write)
  writeFileSync(
    join(import.meta.dirname, '..', 'results', 'tab.md'),
    `# PPO in a tab\n\nWritten by \`pnpm bench tab --write\`. \`onnx\` is ONNX Runtime in WebAssembly, \`tensorflow\` plain JavaScript.\n\n${text}\n`,
  );
