import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadDataset } from '@zpin/offline/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli, tinyRun } from './run-cli.ts';

inScratchFolder();
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const learn = (algorithm: string, env: string, dir: string, ...more: string[]) => [
  ...['train', algorithm, '--env', env, '--no-preset', '--steps', '60', '--hidden-sizes', '8', '--batch-size', '16'],
  ...['--eval-episodes', '3', '--run-dir', dir, '--quiet', ...more],
];

beforeAll(async () => {
  expect((await runCli(tinyRun('dqn', 'dqn', '--steps', '128', '--quiet'))).exitCode).toBe(0);
});

describe('zpin collect', () => {
  it('writes what a random policy did, the same for a seed', async () => {
    const { exitCode, out, err } = await runCli(['collect', '--env', 'Pendulum-v1', '--steps', '400', '--out', 'pendulum.zpin']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^a random policy on Pendulum-v1: 400 transitions, 2 episodes, mean return -\d+.* ± \d+.*\n.*pendulum\.zpin\n$/,
    );
    await runCli(['collect', '--env', 'Pendulum-v1', '--steps', '400', '--out', 'again.zpin']);
    expect(readFileSync('again.zpin').equals(readFileSync('pendulum.zpin'))).toBe(true);
    await runCli(['collect', '--env', 'Pendulum-v1', '--steps', '400', '--seed', '2', '--out', 'other.zpin']);
    expect(readFileSync('other.zpin').equals(readFileSync('pendulum.zpin'))).toBe(false);
  });

  it('writes what the policy of a run did, with random actions among its own', async () => {
    const { exitCode, out, err } = await runCli(['collect', 'dqn', '--epsilon', '0.3', '--steps', '200']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/^dqn after 128 steps on CartPole-v1: 200 transitions, \d+ episodes, .*\n.*dqn\/dataset\.zpin\n$/);
  });

  it.each([
    [[], /^zpin collect: a run folder or --env must be given, got "nothing"\. Write zpin collect runs/],
    [['nowhere'], /^zpin collect: the run folder must exist/],
    [
      ['dqn', '--env', 'CartPole-v1'],
      /--env must be the file of its environment, got "CartPole-v1"\. Leave it out: the run folder names the environment/,
    ],
    [['--env', 'CartPole-v1', '--epsilon', '0.5'], /a random policy has no actions of its own, got "--epsilon 0\.5"/],
    [['dqn', '--epsilon', '2'], /--epsilon must be a number in \[0, 1\], got "2"/],
    [['dqn', '--noise', '0.1'], /^behaviour: noiseScale must be .* no bounded Box, as in CartPole-v1, got 0\.1\. Use epsilon/],
    [['--env', 'CartPole-v1', '--out', 'no/such/folder.zpin'], /the folder of --out must exist/],
    [['--env', 'CartPol-v1'], /--env must be a known environment, got "CartPol-v1"\. Did you mean CartPole-v1/],
  ])('refuses %j', async (argv, expected) => {
    const { exitCode, err } = await runCli(['collect', ...argv]);
    expect(err).toMatch(expected);
    expect(exitCode).toBe(2);
  });
});

describe('--record-dataset', () => {
  const sac = (dir: string, file: string, ...more: string[]) => [
    ...['train', 'sac', '--env', 'Pendulum-v1', '--no-preset', '--steps', '500', '--hidden-sizes', '8', '--batch-size', '8'],
    ...['--num-envs', '2', '--learning-starts', '50', '--train-every-steps', '20', '--eval-episodes', '1', '--quiet'],
    ...['--wrap', 'scale-reward:0.1:5', '--run-dir', dir, '--record-dataset', file, ...more],
  ];

  it('keeps all that a run played, from which CQL learns: two commands', async () => {
    const recorded = await runCli(sac('sac', 'sac.zpin'));
    expect([recorded.exitCode, recorded.err]).toEqual([0, '']);
    expect(recorded.out).toMatch(/^recorded 500 transitions: .*sac\.zpin$/m);
    const { transitions, size, about, spec } = loadDataset('sac.zpin');
    expect([size, about.behaviour, about.trainedSteps]).toEqual([500, 'sac, in training', 500]);
    // Two copies, the second behind the first; Pendulum never ends, but is cut off after 200 steps and with the recording.
    expect(transitions.terminated.includes(1)).toBe(false);
    const cuts = Array.from(transitions.truncated.keys()).filter(row => transitions.truncated[row] === 1);
    expect(cuts).toEqual([199, 249, 449, 499]);
    expect(spec.id).toBe('Pendulum-v1');
    // What the environment paid, beside what the agent learned from.
    const { reward, rawReward = reward } = transitions;
    for (const row of [0, 250, 499]) expect(reward[row]).toBeCloseTo(0.1 * (rawReward[row] + 5), 5);
    const wrapped = ['--wrap', 'scale-reward:0.1:5', '--dataset', 'sac.zpin'];
    const { exitCode, out, err } = await runCli(learn('cql', 'Pendulum-v1', 'cql-of-sac', ...wrapped));
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/evaluation: 3 greedy episodes, mean return -/);
  });

  it('goes on with a run, which was stopped, as if it had never stopped', async () => {
    await runCli(sac('sac-whole', 'whole.zpin'));
    await runCli(sac('sac-part', 'part.zpin', '--steps', '120'));
    expect(loadDataset('part.zpin').size).toBe(120);
    const resumed = await runCli(['train', '--resume', 'sac-part', '--steps', '500', '--eval-episodes', '1', '--quiet']);
    expect(resumed.exitCode).toBe(0);
    expect(loadDataset('part.zpin').checksum).toBe(loadDataset('whole.zpin').checksum);
  });

  it.each([
    [['bc', '--dataset', 'sac.zpin'], /^zpin train bc: --record-dataset goes with an algorithm that plays, got "out\.zpin"/],
    [['a3c'], /^zpin train a3c: --record-dataset must see what is played, .* a3c plays in workers/],
    [['sac', '--steps', '1e13'], /--steps must be at most|steps must be at most/],
    [['sac', '--record-dataset', 'no/such/folder.zpin'], /--record-dataset must be a place to write to/],
  ])('refuses %j', async (argv, expected) => {
    const [algorithm, ...more] = argv;
    const base = ['--env', 'Pendulum-v1', '--no-preset', '--run-dir', 'refused', '--record-dataset', 'out.zpin'];
    const wrapped = algorithm === 'bc' ? ['--wrap', 'scale-reward:0.1:5'] : [];
    const { exitCode, err } = await runCli(['train', algorithm, ...base, ...wrapped, ...more]);
    expect(err).toMatch(expected);
    expect(exitCode).toBe(2);
  });
});

describe('zpin fqe', () => {
  const fqe = (...more: string[]) => runCli(['fqe', 'dqn', '--dataset', 'fqe.zpin', '--steps', '20', ...more]);
  beforeAll(async () => {
    await runCli(['collect', 'dqn', '--epsilon', '0.5', '--steps', '300', '--out', 'fqe.zpin']);
  });

  it('says what the policy of a run would earn, and how sure that is', async () => {
    const { exitCode, out, err } = await fqe();
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^dqn on CartPole-v1 after 128 steps: discounted return -?[\d.]+ ± [\d.]+ \(estimate ± standard error, γ = 0\.99\)/,
    );
    expect(out).toMatch(/\non 300 transitions of \d+ episodes, which themselves came to [\d.]+ ± [\d.]+\n$/);
    const found = JSON.parse((await fqe('--json')).out);
    expect(found).toMatchObject({ type: 'fqe', algo: 'dqn', gamma: 0.99, transitions: 300 });
    expect(found.standardError).toBeGreaterThan(0);
  });

  it.each([
    [['fqe'], /^zpin fqe: a run folder must be given/],
    [['fqe', 'dqn'], /^zpin fqe: --dataset must be given/],
    [['fqe', 'dqn', '--dataset', 'fqe.zpin', '--gamma', '2'], /--gamma must be a number in \[0, 1\], got "2"/],
    [['fqe', 'dqn', '--dataset', 'pendulum.zpin'], /the data must be of CartPole-v1/],
  ])('refuses %j', async (argv, expected) => {
    const { exitCode, err } = await runCli(argv);
    expect(err).toMatch(expected);
    expect(exitCode).toBe(2);
  });
});

describe('--dataset', () => {
  it.each(['bc', 'cql', 'bcq'])('is what %s learns from, evaluated in the environment, and kept in the run folder', async id => {
    await runCli(['collect', '--env', 'Pendulum-v1', '--steps', '300', '--out', 'train.zpin']);
    const { exitCode, out, err } = await runCli(learn(id, 'Pendulum-v1', `run-${id}`, '--dataset', 'train.zpin'));
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain('60 gradient steps on 300 transitions');
    expect(out).toMatch(/evaluation: 3 greedy episodes, mean return -/);
    expect(json(`run-${id}/config.json`).dataset).toMatch(/train\.zpin$/);
    const evaluated = await runCli(['eval', `run-${id}`, '--episodes', '3', '--json']);
    expect(JSON.parse(evaluated.out).evalReturnMean).toBe(json(`run-${id}/summary.json`).evalReturnMean);
  });

  it('goes on with the run bit for bit, and only on the same data', async () => {
    await runCli(['collect', 'dqn', '--epsilon', '0.5', '--steps', '300', '--out', 'cart.zpin']);
    const data = ['--dataset', 'cart.zpin'];
    await runCli(learn('discrete-cql', 'CartPole-v1', 'whole', ...data));
    await runCli(learn('discrete-cql', 'CartPole-v1', 'part', ...data, '--steps', '25'));
    const resumed = await runCli(['train', '--resume', 'part', '--steps', '60', '--eval-episodes', '3', '--quiet']);
    expect([resumed.exitCode, resumed.err]).toEqual([0, '']);
    expect(readFileSync('part/metrics.jsonl', 'utf8')).toBe(readFileSync('whole/metrics.jsonl', 'utf8'));
    const again = ['collect', 'dqn', '--epsilon', '0.6', '--steps', '300', '--out', 'cart.zpin'];
    const kept = readFileSync('cart.zpin');
    const refused = await runCli(again);
    expect([refused.exitCode, refused.err]).toEqual([
      2,
      expect.stringMatching(/^zpin collect: --out must be a file that is not there yet, got ".*cart\.zpin"\. Name another one/),
    ]);
    expect(readFileSync('cart.zpin').equals(kept)).toBe(true);
    rmSync('cart.zpin');
    await runCli(again);
    const changed = await runCli(['train', '--resume', 'part', '--steps', '80', '--quiet']);
    expect(changed.err).toMatch(/^train: the data set must be the one of the run, 300 transitions with checksum/);
    expect(changed.exitCode).toBe(2);
  });

  it('reads transitions in JSON lines', async () => {
    const line = { obs: [0, 0, 0, 0], action: 1, reward: 1, nextObs: [0, 0.2, 0, -0.3], terminated: false, truncated: true };
    writeFileSync('lines.jsonl', `${JSON.stringify(line)}\n${JSON.stringify({ ...line, action: 0 })}\n`);
    const { exitCode, out } = await runCli(learn('discrete-bcq', 'CartPole-v1', 'lines', '--dataset', 'lines.jsonl'));
    expect(exitCode).toBe(0);
    expect(out).toContain('gradient steps on 2 transitions');
    writeFileSync('bad.jsonl', `${JSON.stringify(line)}\n${JSON.stringify({ ...line, action: 2 })}\n`);
    const bad = await runCli(learn('discrete-bcq', 'CartPole-v1', 'bad', '--dataset', 'bad.jsonl'));
    expect(bad.err).toMatch(/action of row 1 must be in \[0, 1\] as in Discrete\(2\) of CartPole-v1, got 2/);
  });

  it.each([
    [
      ['cql', 'Pendulum-v1'],
      /^zpin train cql: --dataset must be given, got "nothing"\. Make one, .* zpin collect --env Pendulum-v1/,
    ],
    [['ppo', 'CartPole-v1', '--dataset', 'dqn/dataset.zpin'], /unknown|--dataset goes with an offline algorithm/],
    [
      ['discrete-cql', 'Pendulum-v1', '--dataset', 'pendulum.zpin'],
      /^discrete-cql: actions of Pendulum-v1 must be Discrete.*Use cql/,
    ],
    [
      ['cql', 'CartPole-v1', '--dataset', 'dqn/dataset.zpin'],
      /^cql: actions of CartPole-v1 must be a Box of floats.*discrete-cql/,
    ],
    [
      ['bc', 'Acrobot-v1', '--dataset', 'dqn/dataset.zpin'],
      /^zpin train bc: --dataset dqn\/dataset\.zpin: the data must be of Acrobot-v1, Box\(\[6\], float32\) to Discrete\(3\), got "CartPole-v1/,
    ],
    [['bc', 'CartPole-v1', '--dataset', 'missing.zpin'], /missing\.zpin must be a readable file, got "ENOENT"/],
    [['bc', 'CartPole-v1', '--dataset', 'dqn/checkpoint.bin'], /must hold a data set, got "a checkpoint of dqn"/],
    [['bc', 'CartPole-v1', '--dataset', 'dqn/config.json'], /must be a checkpoint/],
  ])('refuses %j', async ([algorithm, env, ...more], expected) => {
    const base = ['train', algorithm as string, '--env', env as string, '--run-dir', 'refused', ...more];
    const { exitCode, err } = await runCli(base);
    expect(err).toMatch(expected);
    expect(exitCode).toBe(2);
  });
});
