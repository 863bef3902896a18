import { readFileSync } from 'node:fs';
import { listEnvs } from '@zpin/envs';
import { beforeAll, describe, expect, it } from 'vitest';
import { algorithmIds } from 'zpin/catalog';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { processIo } from '../src/io.ts';
import type { FakeIo } from './fake-io.ts';
import { runCli, tinyRun } from './run-cli.ts';

inScratchFolder();

describe('help', () => {
  it.each([
    [[], ['train [options] [algorithm]', 'eval [options] [runDir]', 'plot [options] [runDirs...]', 'list [options] [topic]']],
    [['--help'], ['train [options] [algorithm]', 'eval [options] [runDir]', 'list [options] [topic]']],
    [
      ['train', '--help'],
      ['--env <id>', '--resume <dir>', '--config <file>', '--no-preset'],
    ],
    [
      ['train', 'ppo', '--help'],
      ['Settings of ppo:', '--clip-range <x>', '--hidden-sizes <n,n,…>', '--normalize-advantage [true|false]'],
    ],
    [
      ['train', 'dqn', '-h'],
      ['Settings of dqn:', '--buffer-size <n>'],
    ],
    [['eval', '--help'], ['--episodes <n>']],
    [['list', '--help'], ['one of algorithms, envs, presets, policies']],
  ])('of %j', async (argv, parts) => {
    const { exitCode, out, err } = await runCli(argv);
    expect([exitCode, err]).toEqual([0, '']);
    for (const part of parts) expect(out).toContain(part);
  });
});

describe('list', () => {
  it('shows every algorithm, environment and preset', async () => {
    const { exitCode, out } = await runCli(['list']);
    expect(exitCode).toBe(0);
    for (const id of algorithmIds) expect(out).toMatch(new RegExp(`^  ${id} `, 'm'));
    for (const { spec } of listEnvs()) expect(out).toContain(`\n  ${spec.id} `);
    expect(out).toMatch(
      /^ {2}LunarLander-v3, LunarLanderContinuous-v3\n {4}gravity +.*in m\/s\^2; a number in \(-12, 0\) \(default: -10\)$/m,
    );
    expect(out).toMatch(/^ {2}ppo +CartPole-v1 +100,000 steps +.*learningRate=type=linear,from=0.001,to=0/m);
  });

  it('shows one topic, as JSON too', async () => {
    const { out } = await runCli(['list', 'presets']);
    expect(out.startsWith('presets\n')).toBe(true);
    expect(out).not.toContain('\nenvs\n');
    const all = JSON.parse((await runCli(['list', '--json'])).out);
    expect(Object.keys(all)).toEqual(['algorithms', 'envs', 'families', 'presets', 'policies']);
    expect(all.algorithms.map(({ id }: { id: string }) => id)).toEqual(algorithmIds);
    expect(all.envs[0]).toMatchObject({ id: 'CartPole-v1', action: 'Discrete(2)', rewardThreshold: 475, maxEpisodeSteps: 500 });
    const { options } = all.envs.find(({ id }: { id: string }) => id === 'Hopper-v5');
    expect(options.frameSkip).toMatchObject({
      default: 4,
      schema: { type: 'integer', minimum: 1 },
      meaning: 'physics steps per step',
    });
    expect(options.healthyZRange.default).toEqual([0.7, 'Infinity']);
    expect(JSON.parse((await runCli(['list', 'presets', '--json'])).out)).toEqual({ presets: all.presets });
  });
});

describe('Ctrl-C is heard', () => {
  /** From outside, a moment after the command listens: only a loop that lets signals in hears it. */
  const interrupt = { onListen: (io: FakeIo) => void setTimeout(() => io.send('SIGINT'), 1) };

  beforeAll(async () => {
    await runCli(tinyRun('ppo', 'heard', '--steps', '128', '--quiet'));
  });

  it.each([
    [['eval', 'heard', '--episodes', '100000000'], /^Stopped before all episodes were played\.\n$/, null],
    [
      ['record', 'heard', '--episodes', '1000', '--out', 'part.gif'],
      /^Stopped in episode \d+ of 1000\. .*part\.gif\n$/,
      'part.gif',
    ],
    [
      ['collect', '--env', 'CartPole-v1', '--steps', '10000000', '--out', 'part.zpin'],
      /^Stopped after [\d,]+ of 10,000,000 transitions\. They are kept: .*part\.zpin\n$/,
      'part.zpin',
    ],
  ])('by %j, which keeps what there is', async ([...argv], text, file) => {
    const { exitCode, err, io } = await runCli(argv, interrupt);
    expect(err).toMatch(text);
    expect([exitCode, io.listeners]).toEqual([130, 0]);
    if (file !== null) expect(readFileSync(file).length).toBeGreaterThan(1000);
  });
});

describe('eval', () => {
  beforeAll(async () => {
    await runCli(tinyRun('ppo', 'run', '--steps', '128', '--quiet'));
  });

  it('repeats the evaluation of the run', async () => {
    const trained = JSON.parse(
      (await runCli(tinyRun('ppo', 'json', '--steps', '128', '--json'))).out.trimEnd().split('\n').at(-1) ?? '',
    );
    const { out, exitCode } = await runCli(['eval', 'json', '--episodes', '3', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      type: 'evaluation',
      algo: 'ppo',
      env: 'CartPole-v1',
      steps: 128,
      evalEpisodes: 3,
      evalReturnMean: trained.evalReturnMean,
      evalReturnStd: trained.evalReturnStd,
      runDir: trained.runDir,
    });
  });

  it('says the result in a sentence', async () => {
    const { out } = await runCli(['eval', 'run', '--episodes', '5', '--seed', '9']);
    expect(out).toMatch(
      /^ppo on CartPole-v1 after 128 steps: 5 greedy episodes, mean return [\d.]+ ± [\d.]+, mean length [\d.]+; threshold 475 not reached\n$/,
    );
  });

  it('depends on the seed of the environment alone', async () => {
    const mean = async (...more: string[]) =>
      JSON.parse((await runCli(['eval', 'run', '--episodes', '40', '--json', ...more])).out).evalReturnMean;
    expect(await mean('--seed', '1')).toBe(await mean('--seed', '1'));
    expect(await mean('--seed', '1')).not.toBe(await mean('--seed', '2'));
  });
});

it('listens to the signals of the process only as long as asked to', () => {
  const count = () => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
  const before = count();
  const seen: string[] = [];
  const forget = processIo().onStop(signal => seen.push(signal));
  expect(count()).toBe(before + 2);
  process.listeners('SIGTERM').at(-1)?.('SIGTERM');
  forget();
  expect([seen, count()]).toEqual([['SIGTERM'], before]);
});

describe('plot', () => {
  beforeAll(async () => {
    await runCli(tinyRun('ppo', 'plot-1', '--steps', '512', '--quiet', '--seed', '1'));
    await runCli(tinyRun('ppo', 'plot-2', '--steps', '512', '--quiet', '--seed', '2'));
    await runCli(tinyRun('dqn', 'plot-3', '--steps', '512', '--quiet'));
  });

  it('leaves out runs that have nothing of what is drawn, and says so', async () => {
    const { exitCode, out, err } = await runCli(['plot', 'plot-1', 'plot-3', '--measure', 'entropy', '--out', 'some.svg']);
    expect([exitCode, err]).toEqual([0, expect.stringMatching(/plot-3 has no entropy yet: left out\n$/)]);
    expect(out).toMatch(/of 1 run in 1 line\n$/);
  });

  it('draws one line for runs that differ in their seeds', async () => {
    const { exitCode, out, err } = await runCli(['plot', 'plot-1', 'plot-2', 'plot-3', '--out', 'three.svg', '--points', '4']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/three\.svg: return of training episodes of 3 runs in 2 lines\n$/);
    const svg = readFileSync('three.svg', 'utf8');
    for (const text of ['CartPole-v1', 'ppo (2 runs)', 'dqn', 'environment steps']) expect(svg).toContain(`>${text}<`);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('draws metrics of updates', async () => {
    expect((await runCli(['plot', 'plot-1', '--measure', 'entropy', '--title', 'A & B'])).exitCode).toBe(0);
    expect(readFileSync('plot.svg', 'utf8')).toContain('>A &amp; B<');
  });

  it.each([
    [[], /run folders must be given/],
    [['nowhere'], /zpin plot: the run folder must exist, got .*nowhere/],
    [['plot-1', '--measure', 'entropi'], /has, got "entropi"\. Did you mean entropy\? It has return, length, /],
    [['plot-3', '--measure', 'entropy'], /plot-3 has, got "entropy"/],
    [['plot-1', '--out', 'a.png'], /--out must end in \.svg, got "a\.png"/],
    [['plot-1', '--out', 'no/such/a.svg'], /the folder of --out must exist/],
    [['plot-1', '--points', '1'], /--points/],
  ])('refuses %j', async (argv, expected) => {
    const { exitCode, err } = await runCli(['plot', ...argv]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(expected);
  });
});
