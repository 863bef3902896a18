import {
  type AgentState,
  CheckpointError,
  ConfigError,
  NumericsError,
  type OfflineAgent,
  type Progress,
  type ReplaySource,
  type Rng,
  type TransitionBatch,
} from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { ScriptedEnv } from '../../test/scripted-env.ts';
import type { TrainEvent } from './events.ts';
import { type OfflineOptions, trainOffline } from './train-offline.ts';

/** A sample is one random number, so that the generator's course shows. */
class FakeSource implements ReplaySource {
  readonly size = 5;
  name = 'data';
  sample(size: number, rng: Rng): TransitionBatch {
    const one = Float32Array.of(rng.random());
    return { size, obs: one, action: one, reward: one, nextObs: one, discount: one };
  }
  state(): AgentState {
    return { name: this.name };
  }
  restore({ name }: AgentState): void {
    if (name !== this.name) throw new CheckpointError('other data');
  }
}

class FakeAgent implements OfflineAgent<object> {
  readonly algorithm = 'fake';
  readonly config = {};
  readonly batchSize = 4;
  readonly log: string[] = [];
  drawn: number[] = [];
  loss = 0;
  act = () => new Int32Array(1);
  update({ size, reward }: TransitionBatch, { step, totalSteps }: Progress) {
    this.log.push(`${step}/${totalSteps}`, `update of ${size}`);
    this.drawn.push(reward[0]);
    const { loss } = this;
    return { metrics: { names: ['loss'], read: () => ({ loss }) } };
  }
  state = () => ({ drawn: Float64Array.from(this.drawn) });
  restore({ drawn }: AgentState): void {
    this.drawn = Array.from(drawn as Float64Array);
  }
  dispose(): void {}
}

async function train(options: Partial<OfflineOptions> = {}) {
  const parts = { agent: new FakeAgent(), env: new ScriptedEnv({ scripts: [[{ length: 3, end: 'terminated' }]] }) };
  const run = trainOffline({ ...parts, source: new FakeSource(), totalSteps: 5, seed: 1, ...options });
  const events: TrainEvent[] = [];
  for (;;) {
    const { done, value } = await run.next();
    if (done) return { ...parts, events, summary: value };
    events.push(value);
  }
}

const kinds = (events: readonly TrainEvent[]) => events.map(({ type, step }) => `${type} ${step}`);

describe('trainOffline', () => {
  it('makes one update per step, tells how far it is, and leaves the environment alone', async () => {
    const { agent, env, events, summary } = await train({ totalSteps: 3, checkpointEverySteps: 2 });
    expect(agent.log).toEqual(['0/3', 'update of 4', '1/3', 'update of 4', '2/3', 'update of 4']);
    expect(kinds(events)).toEqual([
      'update 1',
      'step 1',
      'update 2',
      'step 2',
      'checkpoint 2',
      'update 3',
      'step 3',
      'step 3',
      'checkpoint 3',
    ]);
    expect(summary).toEqual({ steps: 3, updates: 3, episodes: 0, reason: 'finished' });
    expect([env.seeds, env.played]).toEqual([[], []]);
  });

  it('goes on with the draws of the run, whatever its seed', async () => {
    const whole = await train({ checkpointEverySteps: 2 });
    const saved = whole.events.find(event => event.type === 'checkpoint');
    if (saved?.type !== 'checkpoint') throw new Error('a checkpoint must come');
    const rest = await train({ seed: 9, agent: new FakeAgent(), resume: saved.state });
    expect(rest.summary).toEqual(whole.summary);
    expect(rest.events.at(-1)).toEqual(whole.events.at(-1));
    expect(new Set(whole.agent.drawn).size).toBe(5);
    const other = Object.assign(new FakeSource(), { name: 'other' });
    await expect(train({ source: other, resume: saved.state })).rejects.toThrow(CheckpointError);
    await expect(train({ resume: {} })).rejects.toThrow(/resume must be the state of a checkpoint event/);
  });

  it('stops at a signal, and at a loss that is not finite', async () => {
    const { summary, events } = await train({ signal: AbortSignal.abort() });
    expect(summary.reason).toBe('stopped');
    expect(kinds(events)).toEqual(['step 0', 'checkpoint 0']);
    const agent = Object.assign(new FakeAgent(), { loss: Number.NaN });
    await expect(train({ agent })).rejects.toThrow(NumericsError);
    await expect(train({ totalSteps: 0 })).rejects.toThrow(ConfigError);
  });
});
