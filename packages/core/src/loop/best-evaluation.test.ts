import { CheckpointError, ConfigError, type NumericArray, type OnPolicyAgent, type VectorStep } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { ScriptedEnv } from '../../test/scripted-env.ts';
import type { EvaluationPlan, TrainOptions } from '../algorithm/training-options.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../checkpoint/checkpoint.ts';
import { EvaluationRecord } from './best-evaluation.ts';
import type { TrainEvent, TrainState, TrainSummary } from './events.ts';
import { trainOnPolicy } from './train-on-policy.ts';

describe('the record of evaluations', () => {
  it('knows the best one, and the first of equal ones', () => {
    const record = new EvaluationRecord();
    expect(record.best).toBe(null);
    // Means 2, 2, 1.5, 4, 3.
    const isBest = [[1, 3], [2], [1, 2], [4, 4], [3]].map((returns, i) => record.take(10 * (i + 1), returns));
    expect(isBest).toEqual([true, false, false, true, false]);
    expect(record.best).toEqual({ step: 40, meanReturn: 4 });
    expect(record.state()).toEqual({ best: { step: 40, meanReturn: 4 }, evaluationsSinceBest: 1 });
  });

  it('ends a run by what was reached, or by what did not get better', () => {
    const record = new EvaluationRecord();
    expect(record.endedBy({ stopAtReturn: -5, patience: 1 })).toBe(null);
    record.take(1, [-2]);
    expect(record.endedBy({ stopAtReturn: -2 })).toBe('return');
    expect(record.endedBy({ stopAtReturn: -1.9, patience: 1 })).toBe(null);
    record.take(2, [-3]);
    record.take(3, [-2]);
    expect(record.endedBy({ patience: 3 })).toBe(null);
    expect(record.endedBy({ patience: 2 })).toBe('patience');
    expect(record.endedBy({ patience: 2, stopAtReturn: -2 })).toBe('return');
    record.take(4, [-1]);
    expect(record.endedBy({ patience: 2 })).toBe(null);
  });

  it.each([
    [{ best: { step: 1.5, meanReturn: 1 } }],
    [{ best: { step: 1, meanReturn: Number.NaN } }],
    [{ evaluationsSinceBest: -1 }],
  ])('refuses %o', state => {
    expect(() => new EvaluationRecord().restore(state)).toThrow(CheckpointError);
  });
});

/** Pays in all steps of an episode what its script says: the mean return of the k-th evaluation is `scores[k]`. */
class PayingEnv extends ScriptedEnv {
  readonly #scores: readonly number[];
  readonly #skipped: number;
  constructor(scores: readonly number[], skipped = 0) {
    super({ scripts: [[{ length: 1, end: 'terminated' }]] });
    this.#scores = scores;
    this.#skipped = skipped;
  }
  override step(actions: NumericArray, out: VectorStep): void {
    super.step(actions, out);
    out.reward[0] = this.#scores[this.#skipped + this.seeds.length - 1] ?? -100;
  }
}

class IdleAgent implements OnPolicyAgent<object> {
  readonly algorithm = 'idle';
  readonly config = {};
  readonly numEnvs = 1;
  readonly rolloutLength = 2;
  act = (obs: NumericArray): NumericArray => new Int32Array(obs.length / 3);
  explore = (): NumericArray => new Int32Array(1);
  value = () => undefined;
  update = () => ({ metrics: { names: [], read: () => ({}) } });
  state = () => ({});
  restore(): void {}
  dispose(): void {}
}

async function train(plan: Partial<EvaluationPlan> & Pick<EvaluationPlan, 'env'>, more: Partial<TrainOptions> = {}) {
  const env = new ScriptedEnv({ scripts: [[{ length: 3, end: 'terminated' }]] });
  const evaluation = { everySteps: 4, episodes: 1, seed: 1, ...plan };
  const run = trainOnPolicy({ env, totalSteps: 40, seed: 0, ...more, agent: new IdleAgent(), evaluation });
  const events: TrainEvent[] = [];
  for (;;) {
    const { done, value } = await run.next();
    if (done) return { events, summary: value satisfies TrainSummary };
    events.push(value);
  }
}

const evaluations = (events: readonly TrainEvent[]) =>
  events.flatMap(event => (event.type === 'eval' ? [[event.step, event.returns[0], event.isBest ?? false]] : []));

function throughFile(events: readonly TrainEvent[]): TrainState {
  const last = events.at(-1);
  if (last?.type !== 'checkpoint') throw new Error('no checkpoint');
  const header = { algorithm: 'idle', env: 'Scripted-v0', config: {}, seed: 0, step: last.step };
  return decodeCheckpoint(encodeCheckpoint({ header, state: last.state })).state;
}

const scores = [1, 3, 2, 3, 2.5, 5, 4, 4, 4, 4];

describe('a run that is evaluated', () => {
  it('tells which evaluation is the best so far', async () => {
    const { events, summary } = await train({ env: new PayingEnv(scores) });
    expect(evaluations(events).filter(([, , isBest]) => isBest)).toEqual([
      [4, 1, true],
      [8, 3, true],
      [24, 5, true],
    ]);
    expect(summary).toMatchObject({ steps: 40, reason: 'finished', best: { step: 24, meanReturn: 5 } });
    expect(summary).not.toHaveProperty('endedBy');
  });

  it('ends where the return is reached', async () => {
    const { events, summary } = await train({ env: new PayingEnv(scores), stopAtReturn: 3 });
    expect(evaluations(events).at(-1)).toEqual([8, 3, true]);
    expect(events.at(-1)).toMatchObject({ type: 'checkpoint', step: 8 });
    expect(summary).toMatchObject({ steps: 8, reason: 'finished', endedBy: 'return' });
  });

  it.each([
    [2, 16],
    [3, 20],
    [4, 40],
  ])('ends after %d evaluations that are no better, at step %d', async (patience, step) => {
    const { summary } = await train({ env: new PayingEnv(scores), patience });
    expect(summary.steps).toBe(step);
    expect(summary.endedBy).toBe('patience');
  });

  it('counts on over a stop, and ends where the run ends that never stopped', async () => {
    const rules = { patience: 3 };
    const whole = await train({ env: new PayingEnv(scores), ...rules });
    const first = await train({ env: new PayingEnv(scores), ...rules }, { totalSteps: 14 });
    const rest = await train({ env: new PayingEnv(scores, 3), ...rules }, { resume: throughFile(first.events) });
    expect(first.summary.endedBy).toBe(undefined);
    expect([...evaluations(first.events), ...evaluations(rest.events)]).toEqual(evaluations(whole.events));
    expect(rest.summary).toEqual(whole.summary);
    expect(throughFile(rest.events)).toEqual(throughFile(whole.events));
  });

  it('that ended early has ended when it goes on by the same rules, and not by others', async () => {
    const first = await train({ env: new PayingEnv(scores), patience: 2 });
    const resume = throughFile(first.events);
    expect((await train({ env: new PayingEnv(scores, 4), patience: 2 }, { resume })).summary).toEqual(first.summary);
    expect((await train({ env: new PayingEnv(scores, 4), patience: 3 }, { resume })).summary.steps).toBe(20);
    expect((await train({ env: new PayingEnv(scores, 4) }, { resume })).summary.steps).toBe(40);
  });

  it.each([{ stopAtReturn: Number.NaN }, { patience: 0 }, { patience: 1.5 }])('refuses %o', async rules => {
    await expect(train({ env: new PayingEnv(scores), ...rules })).rejects.toThrow(ConfigError);
  });
});
