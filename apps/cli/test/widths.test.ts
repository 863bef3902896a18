import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import type { FakeIo, FakeIoOptions } from './fake-io.ts';
import { runCli, tinyRun } from './run-cli.ts';

inScratchFolder();

/** Commands with something to tell, quick ones. Later ones read what earlier ones left. */
const LINES: readonly (readonly string[])[] = [
  tinyRun(
    'ppo',
    'run',
    '--steps',
    '256',
    '--eval-every',
    '64',
    '--keep-checkpoints',
    '2',
    '--record-every',
    '128',
    '--tensorboard',
  ),
  ['train', '--resume', 'run', '--steps', '512'],
  tinyRun('ppo', 'ended', '--steps', '256', '--eval-every', '64', '--stop-at-return', '1', '--quiet'),
  ['eval', 'run', '--episodes', '3'],
  ['eval', 'run', '--episodes', '3', '--best'],
  ['status', 'run'],
  ['collect', 'run', '--steps', '100', '--out', 'data.zpin'],
  ['collect', '--env', 'CartPole-v1', '--steps', '100', '--out', 'random.zpin'],
  ['fqe', 'run', '--dataset', 'data.zpin', '--steps', '20'],
  ['record', 'run', '--max-steps', '5', '--episodes', '4', '--out', 'film.gif'],
  ['plot', 'run', '--out', 'run.svg'],
  ['check-env', 'CartPole-v1'],
  ['list', 'envs'],
  ['list', 'policies'],
  ['sweep', 'ppo', '--env', 'CartPole-v1', '--steps', '64', '--trials', '2', '--seeds', '1', '--out', 'found'],
  ['sweep', 'show', 'found'],
  ['sweep', 'best', 'found'],
  ['init', 'project'],
  tinyRun('ppo', 'group', '--steps', '128', '--seeds', '1-2', '--eval-every', '64'),
  ['train', '--resume', 'group', '--steps', '192'],
  ['plot', 'group', '--out', 'group.svg'],
  ['eval', 'hub:ppo/CartPole-v1', '--episodes', '3'],
  ['list'],
  ['doctor'],
];

/** Lines that are seen in the end: what stands before a return of the carriage is written over. */
const seen = (text: string) => text.split('\n').map(line => line.replace(/^.*\r/, '').replace('\u001b[K', ''));
/** Without what the clock tells, and without the breaks between words. */
const words = (text: string) =>
  seen(text)
    .join(' ')
    .replaceAll(/[\d,]+ steps\/s|\d+:\d\d/g, '…')
    .split(/\s+/)
    .join(' ');

/** Against hangs only: a seed is a process that loads the whole program. */
const PATIENCE = { timeout: 300_000 };

describe.each([60, 80, 200])('in %d columns, without colour', PATIENCE, columns => {
  const terminal: FakeIoOptions = { isTTY: true, columns, env: { NO_COLOR: '1' } };
  const inFolder = (argv: readonly string[]) => argv.map(word => (WRITTEN.test(word) ? `${columns}-${word}` : word));

  const isNeat = (out: string) => {
    // What is to be copied stays whole, and so does a word that is longer than a line.
    const tooLong = seen(out).filter(line => line.length > columns && line.trim().includes(' ') && !line.includes('zpin '));
    expect(tooLong).toEqual([]);
    expect(out).not.toMatch(COLOUR);
  };

  it.each(LINES.map(argv => [argv.join(' '), argv] as const))('zpin %s', async (_, argv) => {
    const { out, err, exitCode } = await runCli(inFolder(argv), terminal);
    expect([exitCode, err.replace(/^warning: [^\n]*\n/, '')]).toEqual([0, '']);
    isNeat(out);
  });

  it('zpin play shows a picture and a line below it', async () => {
    const argv = inFolder(['play', 'run', '--episodes', '1', '--max-steps', '3']);
    const { out, exitCode } = await runCli(argv, { ...terminal, rows: 12 });
    expect(exitCode).toBe(0);
    // The end stands on the screen that was there before; on the other one, each line has its place.
    isNeat(out.slice(out.lastIndexOf(`${ESCAPE}[?1049l`) + 8));
    const lines = out
      .slice(0, out.lastIndexOf(`${ESCAPE}[?1049l`))
      .split(new RegExp(`${ESCAPE}\\[\\d+;1H`))
      .map(line => line.replaceAll(new RegExp(`${ESCAPE}\\[[?\\d;]*[A-Za-z]`, 'g'), ''));
    expect(lines.length).toBeGreaterThan(12);
    for (const line of lines) expect(line.split('\n')[0]?.length).toBeLessThanOrEqual(columns);
  });

  it.each([
    ['watch', 'run'],
    ['play', 'run', '--browser'],
  ])('zpin %s %s %s says where its page is', async (...argv) => {
    const onWrite = (text: string, io: FakeIo) => {
      if (text.includes('http://127.0.0.1:')) io.send('SIGINT');
    };
    const given = inFolder(argv.filter(word => word !== undefined));
    const { out, err, exitCode } = await runCli(given, { ...terminal, onWrite });
    expect([exitCode, err]).toEqual([130, '']);
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
    isNeat(out);
  });

  it('zpin status and zpin stop tell of a run in progress', async () => {
    const told: ReturnType<typeof runCli>[] = [];
    const [train, ...rest] = inFolder(tinyRun('ppo', 'asked', '--steps', '3000000', '--json'));
    const onWrite = (text: string) => {
      if (told.length > 0 || !text.includes('"type":"episode"')) return;
      told.push(runCli(['status', `${columns}-asked`], terminal));
      told.push(runCli(['stop', `${columns}-asked`, '--wait', '100000'], terminal));
    };
    expect((await runCli([train as string, ...rest], { onWrite })).exitCode).toBe(143);
    for (const { out, exitCode } of await Promise.all(told)) {
      expect(exitCode).toBe(0);
      isNeat(out);
    }
    expect(told).toHaveLength(2);
  });
});

const ESCAPE = '\u001b';
/** Folders and files that these lines write, each time others. */
const WRITTEN = /^(run|ended|found|project|group|asked|group\.svg|data\.zpin|random\.zpin|film\.gif|run\.svg)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what begins a colour is one
const COLOUR = /\u001b\[\d+m/;

describe('without a terminal', () => {
  it.each([
    ['eval', '80-run', '--episodes', '3'],
    ['status', '80-run'],
    ['check-env', 'CartPole-v1'],
    ['sweep', 'show', '80-found'],
  ])('lines are those of a wide one, and nothing but text: %s %s', async (...argv) => {
    const given = argv.filter(word => word !== undefined);
    const [plain, wide] = [await runCli(given), await runCli(given, { isTTY: true, columns: 10_000, env: { NO_COLOR: '1' } })];
    expect(plain.out).not.toContain('\u001b');
    expect(words(plain.out)).toBe(words(wide.out));
  });

  it('one result is one line', async () => {
    expect((await runCli(['eval', '80-run', '--episodes', '3'])).out.split('\n')).toHaveLength(2);
    expect(
      (await runCli(['eval', '80-run', '--episodes', '3'], { isTTY: true, columns: 60 })).out.split('\n').length,
    ).toBeGreaterThan(3);
  });
});

it('training says where everything is that it left', async () => {
  const { out } = await runCli(
    tinyRun(
      'ppo',
      'whole',
      '--steps',
      '128',
      '--eval-every',
      '64',
      '--keep-checkpoints',
      '2',
      '--record-every',
      '64',
      '--tensorboard',
    ),
  );
  for (const place of ['best/', 'checkpoints/', 'films/']) expect(out).toMatch(new RegExp(`^ {2}\\w+ +${place}$`, 'm'));
  expect(out).toContain('in TensorBoard: tensorboard --logdir whole\n');
});
