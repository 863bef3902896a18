import { once } from 'node:events';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_FLAGS, findChromium } from '../../../tools/testing/chromium.mjs';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import type { LogMessage, RunsMessage, SeriesMessage, SettingsMessage } from '../src/watch/messages.ts';
import type { FakeIo } from './fake-io.ts';
import { runCli, tinyRun } from './run-cli.ts';

inScratchFolder();

/** The first command of a process loads everything. */
const PATIENCE = { timeout: 240_000 };

const episode = (step: number, episodeReturn: number) =>
  `${JSON.stringify({ type: 'episode', step, envIndex: 0, episodeReturn, episodeLength: 10, terminated: true, truncated: false })}\n`;

/** A run folder as a process on another machine would leave it. */
function writeRun(path: string, seed: number, learningRate: number, metrics: string, holder?: object): void {
  mkdirSync(path, { recursive: true });
  const config = { learningRate, hiddenSizes: [64, 64] };
  writeFileSync(`${path}/config.json`, JSON.stringify({ algorithm: 'ppo', env: 'CartPole-v1', seed, steps: 1000, config }));
  writeFileSync(`${path}/metrics.jsonl`, metrics);
  if (holder) writeFileSync(`${path}/run.lock`, JSON.stringify(holder));
}

/** Starts `zpin watch`, calls `use` with the address of its page, and ends it by Ctrl-C. */
async function watching(
  argv: readonly string[],
  use: (address: string) => Promise<void>,
): Promise<{ exitCode: number; out: string }> {
  let used: Promise<void> | null = null;
  const onWrite = (text: string, io: FakeIo) => {
    const [, address] = /^(http:\/\/127\.0\.0\.1:\d+\/)/.exec(text) ?? [];
    if (address) used = use(address).finally(() => io.send('SIGINT'));
  };
  const { exitCode, out, err } = await runCli(['watch', ...argv], { onWrite, tick: 1000 });
  await used;
  expect(err).toBe('');
  return { exitCode, out };
}

async function ask<Message>(address: string, path: string): Promise<Message> {
  const answer = await fetch(address + path);
  expect(answer.headers.get('content-type')).toBe('application/json');
  return (await answer.json()) as Message;
}

/** Sends a path as it is: `fetch` would tidy it up. */
async function status(
  address: string,
  path: string,
  options: { readonly method?: string; readonly host?: string } = {},
): Promise<number> {
  const { hostname: name, port, host } = new URL(address);
  const asked = request({ host: name, port, path, method: options.method ?? 'GET', headers: { Host: options.host ?? host } });
  asked.end();
  const [response] = await once(asked, 'response');
  response.resume();
  return response.statusCode;
}

beforeAll(async () => {
  await build({ configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)), logLevel: 'error' });
  const elsewhere = { pid: 1, host: `not-${hostname()}`, since: '2020-01-01T00:00:00.000Z', born: null };
  writeRun('runs/fast-seed2', 2, 0.01, episode(100, 5) + episode(200, 9));
  writeRun('runs/fast-seed10', 10, 0.01, episode(100, 7), elsewhere);
  writeRun('runs/deep/er/slow', 1, 0.001, episode(50, 1), { ...elsewhere, pid: process.pid, host: hostname() });
  writeRun('runs/.hidden', 1, 1, '');
  writeFileSync('runs/fast-seed2/summary.json', JSON.stringify({ steps: 1000 }));
  mkdirSync('runs/torn');
  writeFileSync('runs/torn/config.json', '{"algorithm":');
  mkdirSync('empty');
  writeFileSync('secret.json', '{}');
}, PATIENCE.timeout);

describe('zpin watch', PATIENCE, () => {
  it('tells of all runs of a folder, in groups that differ in the seed alone', async () => {
    const { exitCode, out } = await watching([], async address => {
      const { runs, groups, measures, left } = await ask<RunsMessage>(address, 'api/runs');
      expect(runs.map(({ name, seed, state, group }) => [name, seed, state, group])).toEqual([
        ['deep/er/slow', 1, 'training', 0],
        ['fast-seed2', 2, 'finished', 1],
        ['fast-seed10', 10, 'training', 1],
      ]);
      expect(groups).toEqual(['ppo, learningRate=0.001', 'ppo, learningRate=0.01']);
      expect([measures, left]).toEqual([['return', 'length'], 0]);
      expect(runs[1]).toMatchObject({ step: 200, steps: 1000, lastReturn: 7 });
      const series = await ask<SeriesMessage>(address, 'api/series?measure=return');
      expect(series.runs.map(({ id, steps, means }) => [id, steps, means])).toEqual([
        [runs[0].id, [50], [1]],
        [runs[1].id, [100, 200], [5, 9]],
        [runs[2].id, [100], [7]],
      ]);
      const { settings } = await ask<SettingsMessage>(address, 'api/settings');
      const rows = settings.map(({ name, values, differs }) => [name, values, differs]);
      expect(rows).toContainEqual(['settings.learningRate', ['0.001', '0.01', '0.01'], true]);
      expect(rows).toContainEqual(['settings.hiddenSizes', ['64,64', '64,64', '64,64'], false]);
      expect(rows).toContainEqual(['seed', ['1', '2', '10'], true]);
    });
    expect([exitCode, out.split('  ')[1]]).toEqual([130, 'follows 3 runs (Ctrl-C ends it)\n']);
  });

  it('follows runs that grow, are deleted, begin anew, and are resumed from before', async () => {
    cpSync('runs', 'living', { recursive: true });
    await watching(['living'], async address => {
      const steps = async () => {
        const { runs } = await ask<RunsMessage>(address, 'api/runs');
        return Object.fromEntries(runs.map(({ name, step, state }) => [name, [step, state]]));
      };
      /** Files are read after an answer is given. */
      const until = async (expected: object) => {
        for (;;) {
          const found = await steps();
          if (JSON.stringify(found) === JSON.stringify(expected)) return;
        }
      };
      const [slow, seed2, seed10] = [
        [50, 'training'],
        [200, 'finished'],
        [100, 'training'],
      ];
      await until({ 'deep/er/slow': slow, 'fast-seed2': seed2, 'fast-seed10': seed10 });
      const series = await ask<SeriesMessage>(address, 'api/series?measure=return');
      const have = series.runs.map(({ id, version }) => `${id}.${version}`).join();
      expect((await ask<SeriesMessage>(address, `api/series?measure=return&have=${have}`)).runs).toEqual([]);

      appendFileSync('living/fast-seed10/metrics.jsonl', `${episode(300, 11)}{"type":"epi`);
      await until({ 'deep/er/slow': slow, 'fast-seed2': seed2, 'fast-seed10': [300, 'training'] });
      const more = await ask<SeriesMessage>(address, `api/series?measure=return&have=${have}`);
      expect(more.runs.map(({ steps: at }) => at)).toEqual([[100, 300]]);

      // Its process was killed, and another goes on from a checkpoint at step 100.
      writeFileSync('living/fast-seed10/metrics.jsonl', episode(100, 7));
      rmSync('living/deep', { recursive: true });
      await until({ 'fast-seed2': seed2, 'fast-seed10': [100, 'training'] });

      writeRun('living/new', 3, 0.01, episode(400, 1));
      await until({ 'fast-seed2': seed2, 'fast-seed10': [100, 'training'], new: [400, 'stopped'] });
      rmSync('living', { recursive: true });
      await until({});
      writeRun('living/again', 3, 0.01, '');
      await until({ again: [0, 'stopped'] });
    });
  });

  it('says that nothing came lately of a run whose process nobody here can see', async () => {
    const before = readFileSync('runs/fast-seed10/metrics.jsonl');
    await watching(['runs/fast-seed10'], async address => {
      // The clock of the test goes on by a second whenever somebody looks at it.
      for (let k = 0; ; k++) {
        const { runs } = await ask<RunsMessage>(address, 'api/runs');
        if (k === 0) expect(runs.map(({ name, state }) => [name, state])).toEqual([['fast-seed10', 'training']]);
        if (runs[0].state === 'quiet') break;
      }
      appendFileSync('runs/fast-seed10/metrics.jsonl', episode(500, 1));
      const { runs } = await ask<RunsMessage>(address, 'api/runs');
      expect(runs[0].state).toBe('training');
    });
    writeFileSync('runs/fast-seed10/metrics.jsonl', before);
  });

  it('can only be read, by this machine alone, and nothing outside of its page and its runs', async () => {
    await watching(['runs'], async address => {
      const page = await fetch(address);
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toContain('unsafe');
      expect(page.headers.get('x-content-type-options')).toBe('nosniff');
      for (const [, file] of (await page.text()).matchAll(/(?:src|href)="\.?\/([^"]+)"/g))
        expect(await status(address, `/${file}`)).toBe(200);
      for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']) expect(await status(address, '/', { method })).toBe(405);
      expect(await status(address, '/', { host: 'example.com' })).toBe(403);
      const outside = ['/../secret.json', '/..%2fsecret.json', '/%2e%2e/secret.json', '//secret.json', '/assets/../../main.js'];
      const others = [
        '/api/',
        '/api/nothing',
        '/runs/torn/config.json',
        '/..\\secret.json',
        `/${encodeURIComponent(process.cwd())}/secret.json`,
      ];
      for (const path of [...outside, ...others]) expect([path, await status(address, path)]).toEqual([path, 404]);
      expect(await status(address, '*')).toBeGreaterThanOrEqual(400);
      const series = await ask<SeriesMessage>(address, 'api/series?measure=../../secret.json&have=..%2f.1');
      expect(series.runs).toEqual([]);
      expect((await ask<SeriesMessage>(address, 'api/series?measure=__proto__')).runs).toEqual([]);
      for (const asked of ['log', 'play']) expect(await status(address, `/api/${asked}?run=../../secret.json`)).toBe(404);
      const elsewhere = await fetch(address, { headers: { 'Sec-Fetch-Site': 'cross-site' } });
      expect(elsewhere.status).toBe(403);
    });
  });

  it.each([
    [
      ['nowhere'],
      /^zpin watch: the folder must exist, got ".*nowhere"\. Give folders that zpin train made, or one that holds them, such as runs\.\n$/,
    ],
    [['empty'], /^zpin watch: the folder must be that of a run, or hold runs, got ".*empty"\. Give folders/],
    [['secret.json'], /^zpin watch: the folder must be that of a run, or hold runs, got/],
    [['runs', 'runs/torn'], /^zpin watch: the folder must be that of a run, or hold runs, got ".*torn"/],
    [['runs', '--port', '70000'], /^zpin watch: --port must be an integer in \[0, 65535\], got "70000"/],
  ])('%j is refused', async (argv, text) => {
    const { exitCode, err } = await runCli(['watch', ...argv]);
    expect(err).toMatch(text);
    expect([exitCode, err.split('\n').length]).toEqual([2, 2]);
  });

  it('says that a port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const { exitCode, err } = await runCli(['watch', 'runs', '--port', port]);
    taken.close();
    expect([exitCode, err]).toEqual([
      2,
      `zpin watch: --port must be free, got "${port}, EADDRINUSE". Give another one, or leave it out.\n`,
    ]);
  });
});

describe('a run that zpin trained', PATIENCE, () => {
  beforeAll(async () => {
    await runCli(tinyRun('dqn', 'trained', '--steps', '300', '--quiet', '--env-option', 'maxEpisodeSteps=5'));
  }, PATIENCE.timeout);

  it('has a log', async () => {
    await watching(['trained'], async address => {
      const { runs } = await ask<RunsMessage>(address, 'api/runs');
      expect(runs.map(({ state, step }) => [state, step])).toEqual([['finished', 300]]);
      const { entries, machine } = await ask<LogMessage>(address, `api/log?run=${runs[0].id}`);
      expect(machine?.host).toBe(hostname());
      const types = entries.map(({ type }) => type);
      expect([types[0], types.filter(type => type === 'checkpoint').length, types.at(-1)]).toEqual(['begin', 10, 'end']);
    });
  });

  it('plays on the server for as long as somebody looks, and leaves its folder as it is', async () => {
    const before = readdirSync('trained').map(name => [name, readFileSync(`trained/${name}`, 'base64')]);
    await watching(['trained', 'runs'], async address => {
      const { runs } = await ask<RunsMessage>(address, 'api/runs');
      const play = (name: string) => fetch(`${address}api/play?run=${runs.find(run => run.name === name)?.id}`);
      const played = await play('trained');
      expect(played.headers.get('content-type')).toBe('text/event-stream');
      const reader = (played.body as ReadableStream<Uint8Array>).getReader();
      let text = '';
      while ((text.match(/\n\n/g)?.length ?? 0) < 8) text += Buffer.from((await reader.read()).value ?? []).toString('latin1');
      await reader.cancel();
      const frames = [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, data]) => JSON.parse(data));
      expect(
        frames.slice(0, 7).map(({ episode, t, episodeReturn, trainedSteps }) => [episode, t, episodeReturn, trainedSteps]),
      ).toEqual([...[0, 1, 2, 3, 4, 5].map(t => [1, t, t, 300]), [2, 0, 0, 300]]);
      const png = Buffer.from(frames[0].png, 'base64');
      expect([png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(['PNG', 600, 400]);
      const torn = await (await play('runs/fast-seed2')).text();
      expect(torn).toMatch(/^event: problem\ndata: ".*checkpoint/);
    });
    expect(readdirSync('trained').map(name => [name, readFileSync(`trained/${name}`, 'base64')])).toEqual(before);
  });
});

/** Where there is no browser, the page is tried elsewhere. */
const executablePath = findChromium();
const browser = executablePath ? await chromium.launch({ executablePath, args: CHROMIUM_FLAGS }) : null;
afterAll(() => browser?.close());

describe('the page', PATIENCE, () => {
  it.each(browser ? (['light', 'dark'] as const) : [])('draws curves and settings, and follows a run, %s', async colorScheme => {
    await watching(['runs', 'trained'], async address => {
      const page = await browser!.newPage({ colorScheme, viewport: { width: 1280, height: 900 } });
      page.setDefaultTimeout(120_000);
      const problems: string[] = [];
      page.on('pageerror', error => problems.push(error.message));
      page.on('console', message => problems.push(message.text()));
      page.on('request', asked => asked.url().startsWith(address) || problems.push(`asks for ${asked.url()}`));
      await page.goto(address);
      await page.locator('[data-measure=return] canvas').waitFor();
      await page.locator('[data-measure=loss] canvas').waitFor();
      expect(await page.locator('.run .name').allTextContents()).toEqual(['runs/deep/er/slow', 'seed2', 'seed10', 'trained']);
      const values = page.locator('[data-measure=return] table td');
      expect(await values.allTextContents()).toHaveLength(3);

      // A group of two: the mean of 5 and 7 at step 100, where both have a value.
      await page.getByLabel('Filter runs by name').fill('fast');
      await page.getByRole('button', { name: 'All' }).click();
      await page.locator('[data-measure=return] .chart').focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('Home');
      expect(await page.locator('[data-measure=return] .reading').textContent()).toContain('step ');
      await page.keyboard.press('Escape');
      expect(await page.locator('[data-measure=return] .reading').count()).toBe(0);

      await page.getByLabel('Filter runs by name').fill('');
      await page.getByRole('button', { name: 'None' }).click();
      expect(await values.count()).toBe(0);
      await page.getByRole('button', { name: 'All' }).click();
      appendFileSync('runs/deep/er/slow/metrics.jsonl', episode(900, 77));
      await page.locator('[data-measure=return] table td', { hasText: '77' }).waitFor();

      await page.getByRole('tab', { name: 'Curves' }).focus();
      await page.keyboard.press('ArrowRight');
      const row = page.locator('.settings tr', { hasText: 'settings.learningRate' });
      await row.waitFor();
      expect(await row.getAttribute('class')).toBe('differs');
      expect((await row.locator('td').allTextContents()).map(text => text.trim()).slice(0, 3)).toEqual(['0.001', '0.01', '0.01']);

      await page.keyboard.press('ArrowRight');
      await page.getByLabel('Run', { exact: true }).selectOption({ label: 'trained' });
      await page.locator('.log tr', { hasText: 'training is over' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('tab', { name: 'Policy' }).click();
      await page.getByRole('button', { name: 'Play' }).click();
      await page.locator('.stage img').waitFor();
      await page.locator('.told', { hasText: 'episode 2' }).waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      expect(problems).toEqual([]);
      await page.close();
    });
    writeFileSync('runs/deep/er/slow/metrics.jsonl', episode(50, 1));
  });
});
