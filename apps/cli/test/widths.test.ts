import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import type { FakeIoOptions } from './fake-io.ts';
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

describe.each([60, 80, 200])('in %d columns, without colour', columns => {
  const terminal: FakeIoOptions = { isTTY: true, columns, env: { NO_COLOR: '1' } };
  const inFolder = (argv: readonly string[]) => argv.map(word => (WRITTEN.test(word) ? `${columns}-${word}` : word));

  it.each(LINES.map(argv => [argv.join(' '), argv] as const))('zpin %s', async (_, argv) => {
    const { out, err, exitCode } = await runCli(inFolder(argv), terminal);
    expect([exitCode, err.replace(/^warning: [^\n]*\n/, '')]).toEqual([0, '']);
    // What is to be copied stays whole, and so does a word that is longer than a line.
    const tooLong = seen(out).filter(line => line.length > columns && line.trim().includes(' ') && !line.includes('zpin '));
    expect(tooLong).toEqual([]);
    expect(out).not.toMatch(COLOUR);
  });
});

/** Folders and files that these lines write, each time others. */
const WRITTEN = /^(run|ended|found|project|data\.zpin|random\.zpin|film\.gif|run\.svg)$/;
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
