import { once } from 'node:events';
import { request } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import type { FakeIo } from './fake-io.ts';
import { runCli, tinyRun } from './run-cli.ts';

inScratchFolder();

/** The first command of a process loads everything. */
const PATIENCE = { timeout: 180_000 };
beforeAll(async () => {
  await runCli(tinyRun('dqn', 'run', '--steps', '60', '--quiet', '--env-option', 'maxEpisodeSteps=5'));
}, PATIENCE.timeout);

/** With a sign in place of the control character that begins what a terminal is told. */
const plain = (out: string) => out.replaceAll('\u001b', '␛');
const terminal = { isTTY: true, columns: 40, rows: 12, env: { COLORTERM: 'truecolor' } };

describe('zpin play in a terminal', PATIENCE, () => {
  it('shows every step of an episode, and leaves the terminal as it was', async () => {
    const { exitCode, out, err, io } = await runCli(['play', 'run', '--episodes', '2', '--fps', '50'], {
      ...terminal,
      columns: 100,
    });
    expect([exitCode, err, io.listeners]).toEqual([0, '', 0]);
    const [before = '', screen = '', after = ''] = plain(out).split(/␛\[\?1049[hl]/);
    expect(before).toBe('');
    expect(after).toBe('episode 1: return 5 in 5 steps\nepisode 2: return 5 in 5 steps\n');
    expect(screen.startsWith('␛[?25l')).toBe(true);
    expect(screen.endsWith('␛[?25h')).toBe(true);
    // CartPole is 600 x 400 pixels: 33 x 22 of them in 11 lines, with the line about them below.
    const status = [...screen.matchAll(/␛\[12;1H([^␛]*)/g)].map(([, text]) => text);
    expect(status).toHaveLength(12);
    expect(status[0]).toBe('dqn on CartPole-v1 after 60 steps  episode 1  step 0  return 0');
    expect(screen).toMatch(/␛\[1;1H(␛\[38;2;\d+;\d+;\d+;48;2;\d+;\d+;\d+m▀+){1,33}␛\[0m/);
    // Fifty pictures per second, one after the other; the clock of the test goes on by waiting.
    expect(io.waited.length).toBe(12);
    expect(Math.max(...io.waited)).toBeLessThanOrEqual(20);
  });

  it('is over by Ctrl-C, and the terminal is as it was', async () => {
    let pictures = 0;
    const onWrite = (text: string, io: FakeIo) => {
      if (text.includes('▀') && ++pictures === 3) io.send('SIGINT');
    };
    const { exitCode, out } = await runCli(['play', 'run'], { ...terminal, env: { TERM: 'xterm-256color' }, onWrite });
    expect([exitCode, pictures]).toEqual([130, 3]);
    expect(out.endsWith('\u001b[?25h\u001b[?1049l')).toBe(true);
  });

  it('plays what a run has learned since', async () => {
    let isResumed = false;
    const resumed: Promise<unknown>[] = [];
    const steps: string[] = [];
    const onWrite = (text: string, io: FakeIo) => {
      const [, trainedSteps] = /after (\d+) steps/.exec(text) ?? [];
      if (trainedSteps !== undefined) steps.push(trainedSteps);
      if (!isResumed) {
        isResumed = true;
        resumed.push(runCli(['train', '--resume', 'run', '--steps', '80', '--quiet']));
      }
      if (trainedSteps === '80') io.send('SIGINT');
    };
    const { exitCode } = await runCli(['play', 'run'], { ...terminal, columns: 100, onWrite });
    await Promise.all(resumed);
    expect(exitCode).toBe(130);
    expect([steps[0], steps.at(-1)]).toEqual(['60', '80']);
  });
});

describe('zpin play --browser', PATIENCE, () => {
  it('serves a page of its own, and pictures to who looks at it', async () => {
    const seen: { readonly png: string; readonly text: string }[] = [];
    const looks: Promise<void>[] = [];
    const answers: number[] = [];
    const onWrite = (text: string) => {
      const [, address] = /^(http:\/\/127\.0\.0\.1:\d+\/)/.exec(text) ?? [];
      if (address) looks.push(look(address));
    };
    async function look(address: string): Promise<void> {
      const page = await fetch(address);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(await page.text()).toContain('<title>zpin play</title>');
      answers.push((await fetch(`${address}other`)).status, (await fetch(address, { method: 'POST' })).status);
      answers.push(await asAnotherHost(address));
      const text = await (await fetch(`${address}frames`)).text();
      for (const [, data = ''] of text.matchAll(/^data: (\{.*\})$/gm)) seen.push(JSON.parse(data));
      expect(text).toContain('event: end');
    }
    const { exitCode, out } = await runCli(['play', 'run', '--browser', '--episodes', '1', '--max-steps', '3'], { onWrite });
    await Promise.all(looks);
    expect(exitCode).toBe(0);
    expect(out.split('\n').slice(1)).toEqual(['episode 1: return 3 in 3 steps', '']);
    expect(answers).toEqual([404, 405, 403]);
    expect(seen.map(({ text }) => text)).toEqual(
      [0, 1, 2, 3].map(t => `dqn on CartPole-v1 after 80 steps  episode 1  step ${t}  return ${t}`),
    );
    const png = Buffer.from(seen[0]?.png ?? '', 'base64');
    expect([png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(['PNG', 600, 400]);
  });

  it('is over by Ctrl-C while nobody looks', async () => {
    const onWrite = (_text: string, io: FakeIo) => io.send('SIGINT');
    const { exitCode } = await runCli(['play', 'run', '--browser'], { onWrite });
    expect(exitCode).toBe(130);
  });
});

/** Asks under a name that another site may have made to lead here. */
async function asAnotherHost(address: string): Promise<number> {
  const asked = request(address, { headers: { Host: 'example.com' } });
  asked.end();
  const [response] = await once(asked, 'response');
  response.resume();
  return response.statusCode;
}

describe('zpin play', PATIENCE, () => {
  it.each([
    [['play'], /^zpin play: a run folder must be given/],
    [['play', 'nowhere', '--browser'], /^zpin play: the run folder must exist/],
    [
      ['play', 'run'],
      /^zpin play: standard output must be a terminal, got "a file or a pipe"\. Add --browser, or film it by zpin record\./,
    ],
    [['play', 'run', '--port', '80'], /^zpin play: --port goes with --browser, got "80"/],
    [['play', 'run', '--browser', '--port', '70000'], /^zpin play: --port must be an integer in \[0, 65535\], got "70000"/],
    [['play', 'run', '--browser', '--best'], /^zpin play: --best needs a run that was evaluated while it trained/],
  ])('%j is refused', async (argv, text) => {
    const { exitCode, err } = await runCli(argv);
    expect(err).toMatch(text);
    expect(exitCode).toBe(2);
  });
});
