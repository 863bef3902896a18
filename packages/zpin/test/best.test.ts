import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, type NumericArray, type VectorStep } from '@zpin/contracts';
import { decodePolicy } from '@zpin/core';
import { readCheckpoint } from '@zpin/core/node';
import { makeVectorEnv, VectorWrapper } from '@zpin/envs';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { load, openRun, openSavedRun, type RunEvent, type RunOptions, resume, train } from '../src/index.ts';
import { bestScore, RunFolder } from '../src/node.ts';

inScratchFolder();

const settings: RunOptions = {
  ...{ steps: 400, seed: 3, preset: false, checkpointEverySteps: 100 },
  config: { hiddenSizes: [8], learningStarts: 20, batchSize: 8, bufferSize: 200, learningRate: 0.01 },
  evaluation: { everySteps: 40, episodes: 3 },
};
const read = (...path: string[]) => readFileSync(join(...path));
const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => statSync(join(folder, name)).isFile())
    .sort();

async function told(run: { events(): AsyncGenerator<RunEvent> }, until = Number.POSITIVE_INFINITY): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of run.events()) {
    events.push(event);
    if (event.step >= until && event.type === 'eval') break;
  }
  return events;
}

const bestOf = (events: readonly RunEvent[]) => events.flatMap(event => (event.type === 'eval' && event.isBest ? [event] : []));

/** Pays as many points in the k-th round of episodes as the list says; of an evaluation that is one round. */
class Paying extends VectorWrapper {
  #round = -1;
  readonly #points: readonly number[];
  constructor(points: readonly number[], copies: number) {
    super(makeVectorEnv('CartPole-v1', copies, { maxEpisodeSteps: 1 }), {});
    this.#points = points;
  }
  override reset(out: VectorStep, seed?: number | readonly number[]): void {
    this.#round++;
    super.reset(out, seed);
  }
  override step(actions: NumericArray, out: VectorStep): void {
    this.env.step(actions, out);
    out.reward.fill(this.#points[this.#round] ?? 0);
    out.rawReward?.fill(this.#points[this.#round] ?? 0);
  }
  protected override save() {
    return { round: this.#round };
  }
  protected override load(state: { readonly round?: unknown }): void {
    this.#round = state.round as number;
  }
}

const points = [1, 2, 5, 4, 3, 5, 6, 7];
/** The environment of evaluation is the one that is opened second. @param shift evaluations that are over */
const env = (shift = 0) => {
  let opened = 0;
  return (copies: number) => new Paying(opened++ === 0 ? [] : points.slice(shift), copies);
};

describe('the best agent of a run', () => {
  it('is kept with its score, and is the one that was evaluated', async () => {
    const run = await openRun('dqn', 'CartPole-v1', { ...settings, saveTo: 'best' });
    // What `best/` must hold, put by through another way.
    let policy: Awaited<ReturnType<typeof run.policy>>;
    const events: RunEvent[] = [];
    for await (const event of run.events()) {
      events.push(event);
      if (event.type === 'eval' && event.isBest) policy = await run.policy();
    }
    const last = bestOf(events).at(-1);
    const returns = last?.returns ?? [];
    const meanReturn = returns.reduce((sum, value) => sum + value, 0) / 3;
    const scores = events.flatMap(event => (event.type === 'eval' ? [event.returns.reduce((a, b) => a + b, 0) / 3] : []));
    expect(scores).toHaveLength(10);
    expect(meanReturn).toBe(Math.max(...scores));
    expect(run.best).toEqual({ step: last?.step, meanReturn });
    expect(run.summary?.best).toEqual(run.best);
    expect(bestScore(new RunFolder('best'))).toMatchObject({ step: last?.step, meanReturn, episodes: 3 });
    expect(files('best/best')).toEqual(['checkpoint.bin', 'policy.bin', 'policy.onnx', 'score.json']);
    expect(decodePolicy(read('best/best/policy.bin')).weights).toEqual(policy?.weights);
    const session = await ort.InferenceSession.create(read('best/best/policy.onnx'));
    expect(session.inputNames).toContain('obs');

    // Evaluated by hand, it earns what the evaluation in training said.
    const best = await load('best', { from: 'best' });
    expect(best.step).toBe(last?.step);
    expect((await best.evaluate({ episodes: 3, seed: 3 })).returns).toEqual(returns);
    best.dispose();
    run.dispose();
  });

  it('is kept where the policy is no function of the observation alone', async () => {
    const config = { hiddenSizes: [4], numEnvs: 2, rolloutLength: 16, sequenceLength: 8, batchSize: 16, recurrentSize: 4 };
    const plan = { steps: 64, evaluation: { everySteps: 32, episodes: 2 }, config, saveTo: 'memory', preset: false };
    (await train('recurrent-ppo', 'CartPole-v1', plan)).dispose();
    expect(files('memory/best')).toEqual(['checkpoint.bin', 'score.json']);
    const best = await load('memory', { from: 'best' });
    expect((await best.evaluate({ episodes: 2 })).meanReturn).toBe(bestScore(new RunFolder('memory'))?.meanReturn);
    best.dispose();
  });

  it('is of the rewards that the environment pays, whatever wrappers make of them', async () => {
    const wrappers = ['clip-reward', 'discretize-action:3'];
    const plan = { ...settings, steps: 80, envOptions: { maxEpisodeSteps: 7 }, wrappers, saveTo: 'paid' };
    const run = await train('dqn', 'Pendulum-v1', plan);
    // A step costs up to 16 and is clipped to 1 in training; seven cost more than 7 from where an episode begins at random.
    expect(run.best?.meanReturn).toBeLessThan(-7);
    run.dispose();
  });

  it('of a run that goes on from a checkpoint before it is the one of then, and the folder ends as if it had never stopped', async () => {
    // The best are those of steps 40, 80, 120, 280 and 320; checkpoints come at 100, 200, 300 and 400.
    const plan = { ...settings, config: { ...settings.config, numEnvs: 1 }, evaluation: { everySteps: 40, episodes: 1 } };
    const open = (saveTo: string) => openRun('dqn', env(), { ...plan, saveTo });
    const uncut = await open('whole');
    expect(bestOf(await told(uncut)).map(({ step }) => step)).toEqual([40, 80, 120, 280, 320]);
    uncut.dispose();
    for (const [until, counted, ahead] of [
      [120, 100, 120],
      [160, 100, 120],
      [240, 200, 120],
      [320, 300, 320],
    ] as const) {
      const folder = `cut${until}`;
      const cut = await open(folder);
      await told(cut, until);
      cut.dispose();
      expect(bestScore(new RunFolder(folder))?.step).toBe(ahead);
      const rest = await openSavedRun(folder, { env: env(Math.floor(counted / 40)) });
      expect(rest.step).toBe(counted);
      const events = rest.events();
      await events.next();
      // What is in `best/` is what the checkpoint knows of.
      const then = { 100: 80, 200: 120, 300: 280 }[counted];
      expect([rest.best?.step, bestScore(new RunFolder(folder))?.step]).toEqual([then, then]);
      for await (const _ of events);
      rest.dispose();
      for (const name of ['metrics.jsonl', 'best/policy.bin', 'best/score.json', 'policy.bin']) {
        expect(read(folder, name), `${name} after ${until}`).toEqual(read('whole', name));
      }
      expect(readdirSync(folder).filter(name => name.includes('tmp') || name.includes('before'))).toEqual([]);
    }
  });
});

describe('a run that its evaluations end', () => {
  const config = { ...settings.config, numEnvs: 1 };
  const plan = (rules: object): RunOptions => ({ ...settings, config, evaluation: { everySteps: 40, episodes: 1, ...rules } });

  it.each([
    [{ stopAtReturn: 5 }, 120, 'return'],
    [{ patience: 2 }, 200, 'patience'],
    [{ patience: 3 }, 240, 'patience'],
    [{ patience: 4, stopAtReturn: 7 }, 320, 'return'],
  ])('by %o ends at step %d', async (rules, step, endedBy) => {
    const run = await train('dqn', env(), { ...plan(rules), saveTo: `${endedBy}${step}` });
    expect(run.summary).toMatchObject({ steps: step, reason: 'finished', endedBy });
    // It is at its end: the policy is there as a model.
    expect(existsSync(`${endedBy}${step}/policy.onnx`)).toBe(true);
    run.dispose();
  });

  it('has nothing left to do, until it is told other rules', async () => {
    const folder = 'patience200';
    await expect(resume(folder, { env: env() })).rejects.toThrow(
      'resume: evaluation.patience must not have ended the run, got "its end at 200 of 400 steps". Give another evaluation.patience, or none, to go on.',
    );
    // The sixth evaluation equals the best one; the next is better.
    const patient = await resume(folder, { env: env(5), evaluation: { patience: 3 } });
    expect(patient.summary).toMatchObject({ steps: 240, endedBy: 'patience' });
    patient.dispose();
    const on = await resume(folder, { env: env(6), evaluation: { patience: null } });
    expect(on.summary).toMatchObject({ steps: 400, best: { step: 320, meanReturn: 7 } });
    expect(on.description.evaluation).toEqual({ everySteps: 40, episodes: 1, patience: null });
    on.dispose();
  });

  it.each([
    [{ stopAtReturn: 5, everySteps: undefined }, 'evaluation.stopAtReturn needs evaluations while the run trains'],
    [{ patience: 0 }, 'evaluation.patience must be an integer >= 1, got 0'],
    [{ stopAtReturn: Number.POSITIVE_INFINITY }, 'evaluation.stopAtReturn must be a finite number, got Infinity'],
  ])('is refused by %o before anything is made', async (rules, text) => {
    const { everySteps, ...rest } = { everySteps: 40, ...rules } as { everySteps?: number };
    const evaluation = { ...rest, ...(everySteps !== undefined && { everySteps }) };
    const refused = openRun('dqn', 'CartPole-v1', { ...settings, evaluation, saveTo: 'refused' });
    await expect(refused).rejects.toThrow(text);
    await expect(refused).rejects.toThrow(InputError);
    expect(existsSync('refused')).toBe(false);
  });
});

describe('checkpoints that are kept', () => {
  it('are the last ones, each whole, and a run goes on from any of them to the same end', async () => {
    (await train('dqn', 'CartPole-v1', { ...settings, keepCheckpoints: 3, saveTo: 'kept' })).dispose();
    expect(readdirSync('kept/checkpoints').sort()).toEqual(['200', '300', '400']);
    // A second name takes no room.
    expect(statSync('kept/checkpoints/400/checkpoint.bin').ino).toBe(statSync('kept/checkpoint.bin').ino);
    const whole = ['metrics.jsonl', 'policy.bin', 'best/policy.bin', 'best/score.json'].map(
      name => [name, read('kept', name)] as const,
    );

    const earlier = await load('kept', { from: 200 });
    expect(earlier.step).toBe(200);
    expect((await earlier.policy())?.weights).toEqual(decodePolicy(read('kept/checkpoints/200/policy.bin')).weights);
    earlier.dispose();
    await expect(load('kept', { from: 100 })).rejects.toThrow(
      'load: from must be the step of a checkpoint that was kept, got 100. There are those of 200, 300, 400.',
    );

    const again = await resume('kept', { from: 200 });
    expect(again.step).toBe(400);
    again.dispose();
    for (const [name, content] of whole) expect(read('kept', name), name).toEqual(content);
    expect(readdirSync('kept/checkpoints').sort()).toEqual(['200', '300', '400']);
  });

  it('are all there where the run was killed between a checkpoint and its copy', async () => {
    const run = await openRun('dqn', 'CartPole-v1', { ...settings, keepCheckpoints: 3, saveTo: 'killed' });
    for await (const event of run.events()) if (event.type === 'checkpoint' && event.step === 300) break;
    run.dispose();
    rmSync('killed/checkpoints/300', { recursive: true });
    const rest = await openSavedRun('killed');
    expect(rest.step).toBe(300);
    for await (const _ of rest.events());
    rest.dispose();
    expect(readdirSync('killed/checkpoints').sort()).toEqual(['200', '300', '400']);
    const [one, other] = ['killed', 'kept'].map(run => readCheckpoint(`${run}/checkpoints/300/checkpoint.bin`).state);
    expect(one).toEqual(other);
  });

  it('going back is for good: what is stopped at once afterwards goes on from there', async () => {
    const run = await openSavedRun('kept', { from: 300 });
    await told(run, 0);
    run.dispose();
    expect(readCheckpoint('kept/checkpoint.bin').header.step).toBe(300);
    expect(readdirSync('kept/checkpoints').sort()).toEqual(['200', '300']);
    const on = await openSavedRun('kept');
    expect(on.step).toBe(300);
    on.dispose();
  });
});
