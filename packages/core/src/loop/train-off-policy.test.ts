import {
  type AgentState,
  ConfigError,
  type NumericArray,
  NumericsError,
  type OffPolicyAgent,
  type Progress,
  type ReplayBuffer,
  type Rng,
  type TransitionBatch,
  type TransitionRows,
} from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { type Episode, maskOf, rewardOf, ScriptedEnv } from '../../test/scripted-env.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../checkpoint/checkpoint.ts';
import type { TrainEvent } from './events.ts';
import { type Learner, type OffPolicyOptions, trainLearners, trainOffPolicy } from './train-off-policy.ts';

const scripts: readonly (readonly Episode[])[] = [
  [
    { length: 3, end: 'truncated' },
    { length: 2, end: 'terminated' },
  ],
  [{ length: 5, end: 'both' }],
];

/** Keeps every row it was given; a sample is one random number, so that the generator's course shows. */
class FakeReplay implements ReplayBuffer {
  rows: TransitionRows[] = [];
  sampled: number[] = [];

  get size(): number {
    return 2 * this.rows.length;
  }
  add(rows: TransitionRows): void {
    this.rows.push(structuredClone(rows));
  }
  sample(batchSize: number, rng: Rng): TransitionBatch {
    const one = Float32Array.of(rng.random());
    this.sampled.push(one[0]);
    return { size: batchSize, obs: one, action: one, reward: one, nextObs: one, discount: one };
  }
  state(): AgentState {
    return { count: this.rows.length };
  }
  restore(state: AgentState): void {
    this.rows = new Array(state.count as number);
  }
}

class FakeAgent implements OffPolicyAgent<object> {
  readonly algorithm = 'fake';
  readonly config = {};
  numEnvs = 2;
  readonly batchSize = 4;
  readonly learningStarts = 6;
  trainEverySteps = 4;
  gradientSteps = 3;
  readonly log: string[] = [];
  /** Flags of where episodes begin, as explored. */
  readonly starts: (number[] | undefined)[] = [];
  loss = 0;
  updates = 0;
  calls = 0;

  act(obs: NumericArray, mode: string, _mask?: Uint8Array, start?: Uint8Array, progress?: Progress): NumericArray {
    if (mode === 'exploit') return new Int32Array(obs.length / 3);
    this.log.push(`${mode} at ${progress?.step}/${progress?.totalSteps}`);
    this.starts.push(start && Array.from(start));
    return new Int32Array(this.numEnvs).fill(1).fill(++this.calls % 3, 0, 1);
  }
  update(batch: TransitionBatch, progress: Progress) {
    this.updates++;
    this.log.push(`update of ${batch.size} at ${progress.step}/${progress.totalSteps}`);
    const { updates, loss } = this;
    return { metrics: { names: ['loss', 'updates'], read: async () => ({ loss, updates }) } };
  }
  state() {
    return { calls: this.calls, updates: this.updates };
  }
  restore(state: AgentState): void {
    this.calls = state.calls as number;
    this.updates = state.updates as number;
  }
  dispose(): void {}
}

async function train(options: Partial<OffPolicyOptions> & { onEvent?: (event: TrainEvent) => void } = {}) {
  const { onEvent, ...rest } = options;
  const parts = { agent: new FakeAgent(), env: new ScriptedEnv({ scripts }), replay: new FakeReplay() };
  const run = trainOffPolicy({ ...parts, totalSteps: 20, seed: 0, ...rest });
  const events: TrainEvent[] = [];
  for (;;) {
    const next = await run.next();
    if (next.done) return { ...parts, events, summary: next.value };
    onEvent?.(next.value);
    events.push(next.value);
  }
}

/** Its fifth update asks for a stop. */
class StoppingAgent extends FakeAgent {
  readonly stop = new AbortController();
  override update(batch: TransitionBatch, progress: Progress) {
    if (this.updates === 4) this.stop.abort();
    return super.update(batch, progress);
  }
}

const kinds = (events: readonly TrainEvent[]) => events.map(({ type, step }) => `${type} ${step}`);

/** Transitions of one copy, as the script says. */
function expectedTransitions(copy: number, count: number) {
  const transitions = [];
  for (let episode = 0; transitions.length < count; episode++) {
    const { length, end } = scripts[copy][episode % scripts[copy].length];
    for (let t = 0; t < length; t++) {
      const isLast = t + 1 === length;
      transitions.push({
        obs: [copy, episode, t],
        nextObs: [copy, episode, t + 1],
        nextActionMask: maskOf(episode, t + 1),
        reward: rewardOf(copy, episode, t + 1),
        terminated: +(isLast && end !== 'truncated'),
        truncated: +(isLast && end !== 'terminated'),
      });
    }
  }
  return transitions.slice(0, count);
}

describe('trainOffPolicy', () => {
  it('stores what the environments did, with true successors and their legal actions', async () => {
    const replay = new FakeReplay();
    await train({ replay, env: new ScriptedEnv({ scripts, masks: true }) });
    const expected = [expectedTransitions(0, 10), expectedTransitions(1, 10)];
    expect(replay.rows.length).toBe(10);
    for (const [k, rows] of replay.rows.entries()) {
      expect(rows.action).toEqual(Int32Array.of((k + 1) % 3, 1));
      for (let i = 0; i < 2; i++) {
        const three = (array: NumericArray | undefined) => Array.from(array?.slice(3 * i, 3 * i + 3) ?? []);
        const { obs, nextObs, nextActionMask, reward, terminated, truncated } = rows;
        const found = { obs: three(obs), nextObs: three(nextObs), nextActionMask: three(nextActionMask) };
        const ends = { reward: reward[i], terminated: terminated[i], truncated: truncated[i] };
        expect({ ...found, ...ends }, `step ${k}, copy ${i}`).toEqual(expected[i][k]);
      }
    }
  });

  it('learns from learningStarts on, gradientSteps times every trainEverySteps', async () => {
    const { agent, events, summary } = await train({ totalSteps: 18 });
    expect(kinds(events)).toEqual([
      'episode 6',
      'update 8',
      'step 8',
      'episode 10',
      'episode 10',
      'update 12',
      'step 12',
      'episode 16',
      'update 16',
      'step 16',
      'step 18',
      'checkpoint 18',
    ]);
    const updates = events.flatMap(event => (event.type === 'update' ? [event] : []));
    expect(updates.map(event => event.updates)).toEqual([3, 6, 9]);
    expect(await updates[0].metrics.read()).toEqual({ loss: 0, updates: 3 });
    expect(summary).toEqual({ steps: 18, updates: 9, episodes: 4, reason: 'finished' });
    // Updates count the steps as the last action did.
    expect(agent.log.slice(3, 8)).toEqual([
      'explore at 6/18',
      'update of 4 at 6/18',
      'update of 4 at 6/18',
      'update of 4 at 6/18',
      'explore at 8/18',
    ]);
  });

  it('tells the agent where episodes begin', async () => {
    const { agent } = await train();
    expect(agent.starts).toEqual(
      Array.from({ length: 10 }, (_, step) => [Number([0, 3, 5, 8].includes(step)), Number([0, 5].includes(step))]),
    );
  });

  describe('with 8 environments', () => {
    const eight = Array.from({ length: 8 }, (_, i) => scripts[i % 2]);
    const run = async (trainEverySteps: number, options: Partial<OffPolicyOptions> = {}) => {
      const agent = Object.assign(new FakeAgent(), { numEnvs: 8, trainEverySteps, gradientSteps: 2 });
      const env = new ScriptedEnv({ scripts: eight });
      return { ...(await train({ agent, env, totalSteps: 32, ...options })), agent };
    };
    /** Updates so far, at each step that had some. */
    const pace = (events: readonly TrainEvent[]) =>
      events.flatMap(event => (event.type === 'update' ? [[event.step, event.updates]] : []));

    it.each([
      // 8 rounds of 2 in each vector step.
      [
        1,
        [
          [8, 16],
          [16, 32],
          [24, 48],
          [32, 64],
        ],
      ],
      // Multiples of 3 in (0, 8], (8, 16], (16, 24] and (24, 32]: 2, 3, 3 and 2.
      [
        3,
        [
          [8, 4],
          [16, 10],
          [24, 16],
          [32, 20],
        ],
      ],
      [
        16,
        [
          [16, 2],
          [32, 4],
        ],
      ],
    ])('and rounds every %s steps has as many updates as documented', async (every, expected) => {
      const { events, agent, summary, replay } = await run(every);
      expect(pace(events)).toEqual(expected);
      const [, total] = expected[expected.length - 1];
      expect([agent.updates, summary.updates, replay.sampled.length]).toEqual([total, total, total]);
    });

    it('goes on from a checkpoint with the rounds that are due', async () => {
      const whole = await run(3, { checkpointEverySteps: 8 });
      const saved = whole.events.find(event => event.type === 'checkpoint' && event.step === 16);
      if (saved?.type !== 'checkpoint') throw new Error('no checkpoint');
      const rest = await run(3, { resume: structuredClone(saved.state) });
      expect(pace(rest.events)).toEqual([
        [24, 16],
        [32, 20],
      ]);
      expect(rest.replay.sampled).toEqual(whole.replay.sampled.slice(10));
    });
  });

  it('draws batches from a generator of its own, given by the seed', async () => {
    const [a, b, c] = [await train({ seed: 5 }), await train({ seed: 5 }), await train({ seed: 6 })];
    expect(a.replay.sampled.length).toBe(12);
    expect(b.replay.sampled).toEqual(a.replay.sampled);
    expect(c.replay.sampled).not.toEqual(a.replay.sampled);
  });

  it.each([4, 8, 10])('goes on from the checkpoint at step %s as if it had never stopped', async at => {
    const whole = await train({ checkpointEverySteps: 2 });
    const saved = whole.events.find(event => event.type === 'checkpoint' && event.step === at);
    if (saved?.type !== 'checkpoint') throw new Error('no checkpoint');
    const header = { algorithm: 'fake', env: 'Scripted-v0', config: {}, seed: 0, step: at };
    const { state } = decodeCheckpoint(encodeCheckpoint({ header, state: saved.state }));
    const rest = await train({ resume: state, checkpointEverySteps: 2 });
    expect(JSON.stringify(rest.events)).toBe(JSON.stringify(whole.events.slice(whole.events.indexOf(saved) + 1)));
    expect(rest.replay.rows.slice(at / 2)).toEqual(whole.replay.rows.slice(at / 2));
    expect(rest.replay.sampled).toEqual(whole.replay.sampled.slice(-rest.replay.sampled.length));
    expect(rest.events.at(-1)).toEqual(whole.events.at(-1));
    expect(rest.summary).toEqual(whole.summary);
  });

  it('evaluates and saves when due; stops on the signal', async () => {
    const stop = new AbortController();
    const plan = { env: new ScriptedEnv({ scripts: [[{ length: 1, end: 'terminated' }]] }), everySteps: 4, episodes: 1, seed: 0 };
    const { events, summary } = await train({
      evaluation: plan,
      checkpointEverySteps: 8,
      signal: stop.signal,
      onEvent: ({ type, step }) => type === 'eval' && step === 12 && stop.abort(),
    });
    const rare = events.filter(({ type }) => type === 'eval' || type === 'checkpoint');
    expect(kinds(rare)).toEqual(['eval 4', 'eval 8', 'checkpoint 8', 'eval 12', 'checkpoint 12']);
    expect(summary).toMatchObject({ steps: 12, reason: 'stopped' });
  });

  it('stops on a loss that is not finite, naming step and metric', async () => {
    const agent = new FakeAgent();
    agent.loss = Number.NaN;
    const attempt = train({ agent });
    await expect(attempt).rejects.toBeInstanceOf(NumericsError);
    await expect(attempt).rejects.toThrow('train at step 8: metric "loss" must be finite, got NaN.');
  });

  it('refuses another number of environments than the agent was made for', async () => {
    const attempt = train({ env: new ScriptedEnv({ scripts: [scripts[0]] }) });
    await expect(attempt).rejects.toBeInstanceOf(ConfigError);
    await expect(attempt).rejects.toThrow('the agent was made for 2 environments, got 1');
  });
});

describe('trainLearners', () => {
  it('lets each learner learn from its own memory, from its own step on, one behind the other', async () => {
    const log: string[] = [];
    const learner = (name: string, learningStarts: number, loss: number): Learner => ({
      batchSize: 2,
      learningStarts,
      source: Object.assign(new FakeReplay(), { rows: [{}] }),
      update: (_batch, { step }) => {
        log.push(`${name} at ${step}`);
        return { metrics: { names: ['loss'], read: async () => ({ loss }) } };
      },
    });
    const learners = { lower: learner('lower', 6, 3), upper: learner('upper', 8, 5) };
    const agent = Object.assign(new FakeAgent(), { gradientSteps: 1 });
    const replay = new FakeReplay();
    const told: object[] = [];
    for await (const event of trainLearners({
      ...{ agent, replay, learners, env: new ScriptedEnv({ scripts }), totalSteps: 12, seed: 0 },
    })) {
      if (event.type === 'update') told.push([event.step, event.updates, event.metrics.names, await event.metrics.read()]);
    }
    expect(log).toEqual(['lower at 6', 'lower at 10', 'upper at 10']);
    // A table of metrics has its columns from the first row on.
    const names = ['loss', 'upperLoss'];
    expect(told).toEqual([
      [8, 1, names, { loss: 3, upperLoss: 0 }],
      [12, 3, names, { loss: 3, upperLoss: 5 }],
    ]);
    expect(replay.rows.length).toBe(6);
    // The agent itself is not asked to learn, and all draw from one generator.
    expect(agent.updates).toBe(0);
    const drawn = Object.values(learners).flatMap(({ source }) => (source as FakeReplay).sampled);
    expect(new Set(drawn).size).toBe(3);
  });

  it('reports nothing while the first learner has nothing to learn from', async () => {
    const idle: Learner = { batchSize: 1, learningStarts: 0, source: new FakeReplay(), update: () => expect.fail('no batch') };
    const options = { agent: new FakeAgent(), replay: new FakeReplay(), learners: { idle }, env: new ScriptedEnv({ scripts }) };
    const events = [];
    for await (const event of trainLearners({ ...options, totalSteps: 12, seed: 0 })) events.push(event.type);
    expect(events).not.toContain('update');
    expect(events.at(-1)).toBe('checkpoint');
  });
});

it('leaves updates over when it is stopped among them, and begins with them when it goes on', async () => {
  // Schedules that end before the run does.
  const planned = { scheduledSteps: 12 } as const;
  const whole = await train(planned);
  const agent = new StoppingAgent();
  const first = await train({ ...planned, agent, signal: agent.stop.signal });
  expect(first.summary).toMatchObject({ reason: 'stopped', updates: 5 });
  const last = first.events.at(-1);
  if (last?.type !== 'checkpoint') throw new Error('no checkpoint');
  const next = new FakeAgent();
  const rest = await train({ ...planned, agent: next, resume: last.state });
  const work = ({ log }: FakeAgent) => log;
  expect([...work(agent), ...work(next)]).toEqual(work(whole.agent));
  const results = (events: readonly TrainEvent[]) => events.filter(({ type }) => type === 'update').map(({ step }) => step);
  expect([...results(first.events), ...results(rest.events)]).toEqual(results(whole.events));
  expect(rest.summary).toEqual(whole.summary);
});
