import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint } from '@zpin/core/node';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import type { StopRequest } from '../src/exit-codes.ts';
import type { FakeIoOptions } from './fake-io.ts';
import { runCli, tinyRun } from './run-cli.ts';
import './burning-env.ts';

const scratch = inScratchFolder();
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');
const events = (out: string): Record<string, unknown>[] =>
  out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));

describe('a run', () => {
  it('leaves everything in its folder and says where', async () => {
    const { exitCode, out, err, io } = await runCli(tinyRun('ppo', 'plain', '--steps', '256', '--seed', '5'));
    expect([exitCode, err, io.listeners]).toEqual([0, '', 0]);
    expect(out).toContain('on CartPole-v1, seed 5, 256 steps, tuned preset\nonnx+wasm: WebAssembly up to ');
    expect(out).toContain('mean return of training episodes (dots: threshold 475.0)\n');
    expect(out).toMatch(/evaluation: 3 greedy episodes, mean return \d+(\.\d+)? ± [\d.]+; threshold 475 not reached\n/);
    expect(out).toContain('run folder  plain\n');
    expect(out.endsWith('evaluate it again with: zpin eval plain\n')).toBe(true);
    for (const file of ['checkpoint.bin', 'curve.svg', 'policy.bin', 'policy.onnx'])
      expect(existsSync(join('plain', file))).toBe(true);

    const description = JSON.parse(read('plain/config.json'));
    expect(description).toMatchObject({ algorithm: 'ppo', env: 'CartPole-v1', seed: 5, steps: 256 });
    // Flags win over the preset, which wins over the defaults.
    expect(description.config).toMatchObject({ numEnvs: 2, gamma: 0.98, valueCoefficient: 0.5 });
    expect(JSON.parse(read('plain/summary.json'))).toMatchObject({ type: 'summary', runDir: join(scratch, 'plain') });
    // 256 steps of 2 copies, 32 at a time, are 4 updates under a header.
    expect(read('plain/progress.csv').split('\n')).toHaveLength(4 + 2);
  });

  it('prints each event as JSON, the summary last', async () => {
    const { out, err, exitCode } = await runCli(tinyRun('dqn', 'json', '--steps', '200', '--json', '--eval-every', '100'));
    expect([exitCode, err]).toEqual([0, '']);
    const all = events(out);
    const summary = all.pop();
    expect(Object.keys(summary ?? {})).toEqual([
      'type',
      'algo',
      'env',
      'seed',
      'steps',
      'wallSeconds',
      'stepsPerSecond',
      'trainReturnMean',
      'evalReturnMean',
      'evalReturnStd',
      'evalEpisodes',
      'bestReturnMean',
      'bestStep',
      'runDir',
    ]);
    expect(summary).toEqual(JSON.parse(read('json/summary.json')));
    expect(summary).toMatchObject({ algo: 'dqn', env: 'CartPole-v1', seed: 1, steps: 200, evalEpisodes: 3 });
    expect(new Set(all.map(({ type }) => type))).toEqual(new Set(['episode', 'update', 'step', 'eval', 'checkpoint']));
    const returns = all.flatMap(event => (event.type === 'episode' ? [event.episodeReturn as number] : []));
    expect(summary?.trainReturnMean).toBeCloseTo(returns.reduce((sum, value) => sum + value, 0) / returns.length, 9);
    expect(all.filter(({ type }) => type === 'eval').map(({ step }) => step)).toEqual([100, 200]);
    // A tenth of the run between two checkpoints.
    expect(all.filter(({ type }) => type === 'checkpoint').map(({ step }) => step)).toEqual([
      20, 40, 60, 80, 100, 120, 140, 160, 180, 200,
    ]);
  });

  it('leaves out progress and curve with --quiet', async () => {
    const { out } = await runCli(tinyRun('ppo', 'quiet', '--steps', '64', '--quiet'));
    expect(out).not.toContain('steps/s  eta');
    expect(out).not.toContain('┤');
    expect(out).toContain('run folder  quiet');
  });

  it('chooses a folder of its own', async () => {
    const argv = tinyRun('ppo', '', '--steps', '64', '--quiet').filter(word => word !== '--run-dir' && word !== '');
    await runCli(argv);
    const { out } = await runCli(argv);
    expect(out).toContain(`run folder  ${join('runs', 'ppo-CartPole-v1-seed1-2')}\n`);
    expect(existsSync('runs/ppo-CartPole-v1-seed1/summary.json')).toBe(true);
  });

  it('takes settings from a file over the preset, and flags over the file', async () => {
    writeFileSync('settings.yaml', 'gamma: 0.5\nlambda: 0.25\nlearningRate: { type: linear, from: 1e-3, to: 0 }\n');
    const more = [
      '--steps',
      '64',
      '--quiet',
      '--config',
      'settings.yaml',
      '--gamma',
      '0.75',
      '--no-normalize-advantage',
      '--target-kl',
      'null',
    ];
    await runCli(tinyRun('ppo', 'config', ...more, '--clip-range', 'type=linear,from=0.3,to=0.1'));
    expect(JSON.parse(read('config/config.json')).config).toMatchObject({
      gamma: 0.75,
      lambda: 0.25,
      learningRate: { type: 'linear', from: 0.001, to: 0 },
      clipRange: { type: 'linear', from: 0.3, to: 0.1 },
      normalizeAdvantage: false,
      targetKl: null,
    });
  });

  it('starts from the defaults with --no-preset', async () => {
    const { out } = await runCli(tinyRun('ppo', 'defaults', '--steps', '64', '--quiet', '--no-preset'));
    expect(out).not.toContain('tuned preset');
    expect(JSON.parse(read('defaults/config.json')).config).toMatchObject({ gamma: 0.99, lambda: 0.95, learningRate: 0.0003 });
  });

  it('takes an algorithm on continuous actions', async () => {
    const argv = tinyRun('ppo', 'pendulum', '--steps', '64', '--quiet');
    argv[3] = 'Pendulum-v1';
    const { exitCode, out } = await runCli(argv);
    expect([exitCode, out.includes('threshold')]).toEqual([0, false]);
    // No episode of 200 steps is over after 64.
    expect(JSON.parse(read('pendulum/summary.json')).trainReturnMean).toBe(null);
  });
});

describe('a loss that is not finite', () => {
  it('stops the run with step and metric, and keeps the last good checkpoint', async () => {
    const argv = tinyRun('dqn', 'nan', '--steps', '1000', '--quiet', '--checkpoint-every', '25', '--learning-rate', '1e30');
    const { exitCode, err } = await runCli(argv);
    expect(exitCode).toBe(1);
    const found = /^train at step (\d+): (metric "\w+"|weights) must be finite, got -?(NaN|Infinity)\. /.exec(err);
    const path = join(scratch, 'nan', 'checkpoint.bin');
    expect(err.trimEnd().endsWith(`The last good checkpoint is kept: ${path}.`)).toBe(true);
    const { header } = readCheckpoint(path);
    expect(header.step).toBeGreaterThanOrEqual(50);
    expect(header.step).toBeLessThanOrEqual(Number(found?.[1]));
    // The run can be looked into, and nothing says that it came to its end.
    expect(existsSync('nan/summary.json')).toBe(false);
    expect((await runCli(['eval', 'nan', '--episodes', '2'])).exitCode).toBe(0);
  });

  it('says when there is no checkpoint yet', async () => {
    const { exitCode, err } = await runCli(tinyRun('ppo', 'nan-ppo', '--steps', '9000', '--quiet', '--learning-rate', '1e30'));
    expect(exitCode).toBe(1);
    expect(err).toContain('No checkpoint was written yet.');
  });
});

it('an environment that throws stops the run with one line, and keeps the last good checkpoint', async () => {
  const argv = tinyRun('dqn', 'burning', '--steps', '1000', '--quiet', '--checkpoint-every', '100');
  argv[3] = 'BurningPole-v0';
  const { exitCode, err } = await runCli(argv);
  expect(exitCode).toBe(1);
  expect(err).toMatch(
    /^BurningPole-v0\.step: the environment must not throw, got "the pole is on fire"\. Look at .*burning-env.*\. The last good .*\n$/,
  );
  expect(err.trimEnd().endsWith(`kept: ${join(scratch, 'burning', 'checkpoint.bin')}.`)).toBe(true);
  expect(readCheckpoint('burning/checkpoint.bin').header.step).toBe(200);
  expect(read('burning', 'metrics.jsonl')).toContain('"step":2');
});

it('keeps a second process out of its folder, and says who has it', async () => {
  let second: Awaited<ReturnType<typeof runCli>> | undefined;
  let pending: Promise<unknown> | undefined;
  const onWrite = (text: string) => {
    if (!text.includes('"type":"checkpoint"')) return;
    pending ??= runCli(['train', '--resume', 'busy', '--steps', '4000']).then(found => {
      second = found;
    });
  };
  const { exitCode } = await runCli(tinyRun('ppo', 'busy', '--steps', '2000', '--json'), { onWrite });
  await pending;
  expect([exitCode, second?.exitCode]).toEqual([0, 2]);
  expect(second?.err).toMatch(
    /^zpin train --resume: the run folder .*busy must not be in use, got "process \d+ on .*, since 2.*"\. .*\n$/,
  );
  expect(existsSync('busy/run.lock')).toBe(false);
  expect((await runCli(['train', '--resume', 'busy', '--steps', '2100', '--quiet', '--eval-episodes', '2'])).exitCode).toBe(0);
});

/** Sends a signal when an event at or after a step is printed. */
function stopAt(step: number, ...signals: StopRequest[]): FakeIoOptions {
  let sent = false;
  return {
    onWrite(text, io) {
      if (sent || Number(/"step":(\d+)/.exec(text)?.[1]) < step) return;
      sent = true;
      for (const signal of signals) io.send(signal);
    },
  };
}

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGPIPE', 141],
  ] as const)('%s finishes the step, writes a checkpoint, and says how to go on', async (signal, code) => {
    const { exitCode, err, out, io } = await runCli(tinyRun('ppo', signal, '--steps', '2000', '--json'), stopAt(300, signal));
    expect(exitCode).toBe(code);
    const last = events(out).at(-1);
    expect(last).toMatchObject({ type: 'checkpoint' });
    const step = last?.step as number;
    expect(step).toBeGreaterThanOrEqual(300);
    expect(step).toBeLessThan(400);
    expect(err).toBe(`Stopped at step ${step} of 2,000. Go on with: zpin train --resume ${signal}\n`);
    expect(readCheckpoint(join(signal, 'checkpoint.bin')).header.step).toBe(step);
    expect([io.exits, io.listeners]).toEqual([[], 0]);
  });

  it('given twice ends the process at once', async () => {
    const { io } = await runCli(tinyRun('ppo', 'twice', '--steps', '2000', '--json'), stopAt(300, 'SIGINT', 'SIGINT'));
    expect(io.exits).toEqual([130]);
  });
});

/** Sends Ctrl-C from outside, once what is printed matches: only a loop that lets signals in hears it. */
function interruptAfter(pattern: RegExp): FakeIoOptions {
  let sent = false;
  return {
    onWrite(text, io) {
      if (sent || !pattern.test(text)) return;
      sent = true;
      setTimeout(() => io.send('SIGINT'), 1);
    },
  };
}

describe('Ctrl-C is heard', () => {
  const ENDLESS = ['--eval-episodes', '100000000'];

  it('in an evaluation, which is done again when the run goes on', async () => {
    const argv = tinyRun('dqn', 'evaluating', '--steps', '200', '--json', '--eval-every', '100', ...ENDLESS);
    const { exitCode, err } = await runCli(argv, interruptAfter(/"type":"update","step":100,/));
    expect([exitCode, err]).toEqual([130, 'Stopped at step 100 of 200. Go on with: zpin train --resume evaluating\n']);
    const rest = ['train', '--resume', 'evaluating', '--json', '--eval-every', '100', '--eval-episodes', '2'];
    expect((await runCli(rest)).exitCode).toBe(0);
    const found = events(read('evaluating', 'metrics.jsonl')).filter(({ type }) => type === 'eval');
    expect(found.map(({ step }) => step)).toEqual([100, 200]);
  });

  it('in the evaluation at the end', async () => {
    const argv = tinyRun('ppo', 'concluding', '--steps', '64', '--json', ...ENDLESS);
    const { exitCode, err } = await runCli(argv, interruptAfter(/"type":"checkpoint","step":64/));
    expect(exitCode).toBe(130);
    expect(err).toMatch(
      /^Stopped at step 64 of 64, in the evaluation at the end\. Go on with: zpin train --resume concluding\n$/,
    );
    expect((await runCli(['train', '--resume', 'concluding', '--quiet', '--eval-episodes', '2'])).exitCode).toBe(0);
    expect(existsSync('concluding/summary.json')).toBe(true);
  });

  it('in an update of many epochs, which begins again when the run goes on', async () => {
    const argv = tinyRun('ppo', 'epochs', '--steps', '128', '--json', '--epochs', '100000000');
    const { exitCode } = await runCli(argv, { onListen: io => void setTimeout(() => io.send('SIGINT'), 300) });
    expect(exitCode).toBe(130);
    expect(readCheckpoint('epochs/checkpoint.bin').header.step).toBeLessThanOrEqual(64);
  });

  it('among many gradient steps', async () => {
    const argv = tinyRun('dqn', 'gradients', '--steps', '200', '--json', '--gradient-steps', '100000000');
    const { exitCode } = await runCli(argv, interruptAfter(/"type":"episode"/));
    expect(exitCode).toBe(130);
    expect(readCheckpoint('gradients/checkpoint.bin').header.step).toBeLessThan(100);
  });
});

describe('a resumed run', () => {
  const STEPS = ['--steps', '600', '--eval-every', '250', '--checkpoint-every', '170'];

  /** What must be equal: all that the run leaves but the time it took. */
  function leavings(folder: string) {
    const { header, state } = readCheckpoint(join(folder, 'checkpoint.bin'));
    const { wallSeconds: _w, stepsPerSecond: _s, runDir: _r, ...summary } = JSON.parse(read(folder, 'summary.json'));
    const { extra: _, ...run } = header;
    const files = ['config.json', 'metrics.jsonl', 'progress.csv', 'policy.onnx', 'policy.bin'].map(file => read(folder, file));
    return { run, state, summary, files, curve: read(folder, 'curve.svg') };
  }

  it.each(['ppo', 'dqn'] as const)('equals one that never stopped, bit for bit: %s', async algorithm => {
    await runCli(tinyRun(algorithm, `${algorithm}-whole`, ...STEPS, '--quiet'));
    const folder = `${algorithm}-stopped`;
    expect((await runCli(tinyRun(algorithm, folder, ...STEPS, '--json'), stopAt(210, 'SIGINT'))).exitCode).toBe(130);
    expect(existsSync(join(folder, 'summary.json'))).toBe(false);
    // What it was told is kept: the printed command says nothing of it.
    const resume = ['train', '--resume', folder];
    expect((await runCli([...resume, '--json'], stopAt(400, 'SIGTERM'))).exitCode).toBe(143);
    // What a process that was killed after its last checkpoint leaves.
    appendFileSync(join(folder, 'metrics.jsonl'), '{"type":"episode","step":599,"episodeReturn":9}\n{"type":"epi');
    appendFileSync(join(folder, 'progress.csv'), '599,1,2,3\n5');
    const { exitCode, out } = await runCli([...resume, '--json']);
    expect(exitCode).toBe(0);
    expect(leavings(folder)).toEqual(leavings(`${algorithm}-whole`));
    // The time of all parts counts.
    const { wallSeconds } = events(out).at(-1) as { wallSeconds: number };
    expect(wallSeconds).toBeGreaterThan(
      readCheckpoint(join(`${algorithm}-whole`, 'checkpoint.bin')).header.extra?.wallSeconds as number,
    );
  });

  it('gets more steps by --steps, which its folder remembers', async () => {
    await runCli(tinyRun('ppo', 'longer', '--steps', '128', '--quiet'));
    const { exitCode, out, err } = await runCli(['train', '--resume', 'longer', '--steps', '256', '--quiet']);
    expect(exitCode).toBe(0);
    expect(out).toContain('from step 128\n');
    expect(err).toMatch(/^warning: Schedules keep their 128 steps.* Give stretch for --schedules to spread them over/);
    expect(JSON.parse(read('longer/config.json'))).toMatchObject({ steps: 256, scheduledSteps: 128 });
    expect(JSON.parse(read('longer/summary.json'))).toMatchObject({ steps: 256, evalEpisodes: 3 });
  });

  it('keeps its threads until it is told others, which change no bit', async () => {
    const config = (folder: string) => JSON.parse(read(folder, 'config.json'));
    const weights = (folder: string) => read(folder, 'policy.bin');
    const run = (folder: string, ...more: string[]) =>
      tinyRun('dqn', folder, '--seed', '4', '--quiet', '--engine', 'onnx', ...more);
    await runCli(run('one', '--steps', '120'));
    await runCli(run('two', '--steps', '60', '--threads', '2'));
    await runCli(['train', '--resume', 'two', '--steps', '120', '--schedules', 'stretch', '--quiet']);
    expect(config('two').threads).toBe(2);
    await runCli(run('two-whole', '--steps', '120', '--threads', '2'));
    expect(weights('two-whole')).toBe(weights('one'));
    await runCli(['train', '--resume', 'two', '--steps', '130', '--threads', '1', '--quiet']);
    expect(config('two').threads).toBe(1);
    const refused = await runCli(['train', '--resume', 'two', '--steps', '140', '--engine', 'wasm', '--threads', '2']);
    expect([refused.exitCode, refused.err]).toEqual([
      2,
      'createEngine: 2 threads need ONNX Runtime on the processor, in Node, got "the engine wasm". Take one, or take the engine onnx.\n',
    ]);
  });

  it('can be concluded after a prolongation that was stopped in its last evaluation', async () => {
    const resume = ['train', '--resume', 'longer', '--quiet'];
    await runCli([...resume, '--steps', '320']);
    const [whole, curve] = [read('longer/summary.json'), read('longer/curve.svg')];
    // As a kill leaves it: trained to the end, with the summary of the shorter run.
    writeFileSync('longer/summary.json', whole.replace('"steps": 320', '"steps": 256'));
    rmSync('longer/curve.svg');
    const { exitCode } = await runCli(resume);
    expect(exitCode).toBe(0);
    const timed = { wallSeconds: expect.any(Number), stepsPerSecond: expect.any(Number) };
    expect(JSON.parse(read('longer/summary.json'))).toEqual({ ...JSON.parse(whole), ...timed });
    expect(read('longer/curve.svg')).toBe(curve);
    const again = await runCli(resume);
    expect([again.exitCode, again.err]).toEqual([2, expect.stringContaining('there must be steps left')]);
  });

  it('does what was left when it was stopped in its last evaluation', async () => {
    await runCli(tinyRun('ppo', 'almost', '--steps', '128', '--quiet'));
    renameSync('almost/summary.json', 'summary.json');
    rmSync('almost/curve.svg');
    const before = read('almost/metrics.jsonl');
    const { exitCode } = await runCli(['train', '--resume', 'almost', '--quiet', '--eval-episodes', '3']);
    expect(exitCode).toBe(0);
    const [again, first] = [read('almost/summary.json'), read('summary.json')].map(text => JSON.parse(text));
    expect(again.evalReturnMean).toBe(first.evalReturnMean);
    expect(existsSync('almost/curve.svg')).toBe(true);
    expect(read('almost/metrics.jsonl')).toBe(before);
  });
});
