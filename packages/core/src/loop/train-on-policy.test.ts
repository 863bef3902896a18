import {
  CheckpointError,
  ConfigError,
  copySeeds,
  type NumericArray,
  NumericsError,
  type OnPolicyAgent,
  type Progress,
  type Recurrence,
  type Rollout,
  seedStream,
  shareDone,
} from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { type Episode, rewardOf, ScriptedEnv, worth } from '../../test/scripted-env.ts';
import type { TrainOptions } from '../algorithm/training-options.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../checkpoint/checkpoint.ts';
import type { TrainEvent, TrainState, TrainSummary } from './events.ts';
import { trainOnPolicy } from './train-on-policy.ts';

const T = 4;
const scripts: readonly (readonly Episode[])[] = [
  [
    { length: 3, end: 'truncated' },
    { length: 2, end: 'terminated' },
    { length: 1, end: 'both' },
  ],
  [
    { length: 4, end: 'truncated' },
    { length: 5, end: 'terminated' },
  ],
];

/** Actions count its calls, so that its state matters; values are those of `worth`. Learns nothing and keeps what it is given. */
class FakeAgent implements OnPolicyAgent<object> {
  readonly algorithm = 'fake';
  readonly config = {};
  readonly numEnvs = 2;
  readonly rolloutLength = T;
  readonly rollouts: Rollout[] = [];
  readonly progress: number[] = [];
  loss = (update: number) => update;
  calls = 0;

  act(obs: NumericArray): NumericArray {
    return new Int32Array(obs.length / 3);
  }
  explore(obs: NumericArray, logProb: Float32Array, value: Float32Array, mask?: Uint8Array): NumericArray {
    this.calls++;
    logProb.fill(-this.calls);
    this.value(obs, value);
    return Int32Array.of(this.calls % 3, mask ? mask[1] : 0);
  }
  value(obs: NumericArray, value: Float32Array): void {
    for (let i = 0; i < value.length; i++) value[i] = worth(obs[3 * i], obs[3 * i + 1], obs[3 * i + 2]);
  }
  update(rollout: Rollout, progress: Progress) {
    this.rollouts.push(structuredClone(rollout));
    this.progress.push(shareDone(progress));
    const loss = this.loss(this.rollouts.length);
    return { metrics: { names: ['loss'], read: () => ({ loss }) } };
  }
  state() {
    return { calls: this.calls };
  }
  restore(state: { calls?: unknown }): void {
    this.calls = state.calls as number;
  }
  dispose(): void {}
}

/** Remembers how many steps it saw of each episode, and twice that. */
class RememberingAgent extends FakeAgent {
  readonly memorySize = 2;
  readonly seen = new Int32Array(2);

  override explore(
    obs: NumericArray,
    logProb: Float32Array,
    value: Float32Array,
    mask?: Uint8Array,
    recurrence?: Recurrence,
  ): NumericArray {
    for (let i = 0; i < 2; i++) {
      if (recurrence?.start[i]) this.seen[i] = 0;
      recurrence?.memory.set([this.seen[i], 2 * this.seen[i]], 2 * i);
      this.seen[i]++;
    }
    return super.explore(obs, logProb, value, mask);
  }
  override state() {
    return { ...super.state(), seen: this.seen.slice() };
  }
  override restore(state: { calls?: unknown; seen?: unknown }): void {
    super.restore(state);
    this.seen.set(state.seen as Int32Array);
  }
}

async function train(options: Partial<TrainOptions<OnPolicyAgent>> & { onEvent?: (event: TrainEvent) => void } = {}) {
  const { onEvent, ...rest } = options;
  const agent = new FakeAgent();
  const env = new ScriptedEnv({ scripts });
  const run = trainOnPolicy({ agent, env, totalSteps: 40, seed: 0, ...rest });
  const events: TrainEvent[] = [];
  for (;;) {
    const next = await run.next();
    if (next.done) return { agent, env, events, summary: next.value satisfies TrainSummary };
    onEvent?.(next.value);
    events.push(next.value);
  }
}

/** The steps of one copy, as the script says: what a rollout must hold, worked out without a loop over environments. */
function expectedSteps(copy: number, count: number) {
  const steps: { obs: number[]; reward: number; terminated: number; truncated: number; value: number; nextValue: number }[] = [];
  for (let episode = 0; steps.length < count; episode++) {
    const { length, end } = scripts[copy][episode % scripts[copy].length];
    for (let t = 0; t < length; t++) {
      const isLast = t + 1 === length;
      const terminated = isLast && end !== 'truncated';
      steps.push({
        obs: [copy, episode, t],
        reward: rewardOf(copy, episode, t + 1),
        terminated: +terminated,
        truncated: +(isLast && end !== 'terminated'),
        value: worth(copy, episode, t),
        // A cut episode is worth what its own last observation is worth, not what the next episode is.
        nextValue: terminated ? 0 : worth(copy, episode, t + 1),
      });
    }
  }
  return steps.slice(0, count);
}

const kinds = (events: readonly TrainEvent[]) => events.map(({ type, step }) => `${type} ${step}`);
const checkpoints = (events: readonly TrainEvent[]) => events.flatMap(event => (event.type === 'checkpoint' ? [event] : []));

/** A state as it comes back from a file. */
function throughBytes(state: TrainState): TrainState {
  const header = { algorithm: 'fake', env: 'Scripted-v0', config: {}, seed: 0, step: 0 };
  return decodeCheckpoint(encodeCheckpoint({ header, state })).state;
}

describe('trainOnPolicy', () => {
  it('tells an agent with a memory where episodes begin, and keeps what it remembered, through a checkpoint too', async () => {
    const rollouts = async (options: object = {}) => {
      const agent = new RememberingAgent();
      const run = trainOnPolicy({ agent, env: new ScriptedEnv({ scripts }), totalSteps: 40, seed: 0, ...options });
      let state: TrainState = {};
      for await (const event of run) if (event.type === 'checkpoint') state = event.state;
      return { agent, state };
    };
    const { agent } = await rollouts();
    expect(agent.rollouts).toHaveLength(5);
    // The third number of an observation counts the steps of its episode.
    for (const { obs, recurrence } of agent.rollouts) {
      for (let row = 0; row < 2 * T; row++) {
        const steps = obs[3 * row + 2];
        expect(recurrence?.start[row]).toBe(Number(steps === 0));
        expect(Array.from(recurrence?.memory.subarray(2 * row, 2 * row + 2) ?? [])).toEqual([steps, 2 * steps]);
      }
    }
    const { state } = await rollouts({ totalSteps: 22 });
    const rest = await rollouts({ resume: throughBytes(state) });
    expect(rest.agent.rollouts).toEqual(agent.rollouts.slice(-rest.agent.rollouts.length));
  });

  it('collects what the environments did: next values at ends, at cuts, at the last row and elsewhere', async () => {
    const { agent } = await train();
    const expected = [expectedSteps(0, 20), expectedSteps(1, 20)];
    expect(agent.rollouts.length).toBe(5);
    for (const [k, rollout] of agent.rollouts.entries()) {
      expect([rollout.numSteps, rollout.numEnvs, rollout.actionMask]).toEqual([T, 2, undefined]);
      for (let t = 0; t < T; t++) {
        for (let i = 0; i < 2; i++) {
          const row = 2 * t + i;
          const { obs, ...scalars } = expected[i][T * k + t];
          const found = Object.fromEntries(Object.keys(scalars).map(key => [key, rollout[key as keyof typeof scalars][row]]));
          expect(found, `rollout ${k}, t ${t}, copy ${i}`).toEqual(scalars);
          expect(Array.from(rollout.obs.slice(3 * row, 3 * row + 3))).toEqual(obs);
        }
        const call = T * k + t + 1;
        expect([...rollout.action.slice(2 * t, 2 * t + 2), ...rollout.logProb.slice(2 * t, 2 * t + 2)]).toEqual([
          call % 3,
          0,
          -call,
          -call,
        ]);
      }
    }
    expect(agent.progress).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
  });

  it('reports in order: episodes as they end, the update, the step; at last a step and a checkpoint', async () => {
    const { events, summary } = await train({ totalSteps: 16 });
    expect(kinds(events)).toEqual([
      'episode 6',
      'episode 8',
      'update 8',
      'step 8',
      'episode 10',
      'episode 12',
      'update 16',
      'step 16',
      'step 16',
      'checkpoint 16',
    ]);
    expect(events[0]).toEqual({
      type: 'episode',
      step: 6,
      envIndex: 0,
      episodeReturn: 0.75,
      episodeLength: 3,
      terminated: false,
      truncated: true,
    });
    expect(events[6]).toMatchObject({ type: 'update', updates: 2 });
    expect(summary).toEqual({ steps: 16, updates: 2, episodes: 4, reason: 'finished' });
  });

  it.each([
    [7, 8, 1],
    [10, 10, 1],
    [1, 2, 0],
  ])('of %s steps does %s, rounded up to all copies, with %s updates', async (totalSteps, steps, updates) => {
    const { summary, env } = await train({ totalSteps });
    expect(summary).toMatchObject({ steps, updates, reason: 'finished' });
    expect(env.played.length).toBe(steps / 2);
  });

  it('passes masks on', async () => {
    const agent = new FakeAgent();
    const run = trainOnPolicy({ agent, env: new ScriptedEnv({ scripts, masks: true }), totalSteps: 8, seed: 0 });
    for await (const _ of run);
    // [1, episode % 2, t % 2] of both copies at 4 times.
    const early = [
      [1, 0, 0],
      [1, 0, 1],
      [1, 0, 0],
    ];
    const expected = [...early.flatMap(mask => [mask, mask]), [1, 1, 0], [1, 0, 1]];
    expect(Array.from(agent.rollouts[0].actionMask ?? [])).toEqual(expected.flat());
  });

  it('evaluates and saves when due, not twice at the end', async () => {
    const plan = {
      env: new ScriptedEnv({ scripts: [[{ length: 2, end: 'terminated' }]] }),
      everySteps: 10,
      episodes: 2,
      seed: 0,
    };
    const { events } = await train({ totalSteps: 24, evaluation: plan, checkpointEverySteps: 6 });
    const rare = events.filter(({ type }) => type === 'eval' || type === 'checkpoint');
    expect(kinds(rare)).toEqual(['checkpoint 6', 'eval 10', 'checkpoint 12', 'checkpoint 18', 'eval 20', 'checkpoint 24']);
    expect(rare[1]).toEqual({ type: 'eval', isBest: true, step: 10, returns: [0.375, 2.375], lengths: [2, 2] });
  });

  it('stops on the signal after the step in progress, and saves', async () => {
    const stop = new AbortController();
    const { events, summary } = await train({
      signal: stop.signal,
      onEvent: ({ type, step }) => type === 'episode' && step === 10 && stop.abort(),
    });
    expect(kinds(events).slice(-2)).toEqual(['step 10', 'checkpoint 10']);
    expect(summary).toEqual({ steps: 10, updates: 1, episodes: 3, reason: 'stopped' });
  });

  it.each([6, 8, 10, 22])('goes on from the checkpoint at step %s as if it had never stopped', async at => {
    const whole = await train({ checkpointEverySteps: 2 });
    const saved = checkpoints(whole.events).find(({ step }) => step === at);
    if (!saved) throw new Error('no checkpoint');
    const rest = await train({ resume: throughBytes(saved.state), checkpointEverySteps: 2 });
    expect(rest.agent.rollouts).toEqual(whole.agent.rollouts.slice(Math.floor(at / 8)));
    const data = (events: readonly TrainEvent[]) => JSON.stringify(events);
    expect(data(rest.events)).toBe(data(whole.events.slice(whole.events.indexOf(saved) + 1)));
    expect(checkpoints(rest.events).at(-1)).toEqual(checkpoints(whole.events).at(-1));
    expect(rest.summary).toEqual(whole.summary);
    expect(rest.env.seeds).toEqual([]);
  });

  it('begins new episodes, with a new rollout and a warning, where the environment cannot save its state', async () => {
    class Stateless extends ScriptedEnv {
      readonly isResumable = false;
      override state(): never {
        throw new Error('no state');
      }
    }
    const { events } = await train({ env: new Stateless({ scripts }), totalSteps: 10 });
    expect(kinds(events).slice(0, 2)).toEqual(['warning 0', 'episode 6']);
    const [{ state }] = checkpoints(events);
    expect(state.collector).toEqual({ env: null });
    // Of an environment that could have saved it, too.
    for (const Kind of [Stateless, ScriptedEnv]) {
      const env = new Kind({ scripts, seeded: true });
      const rest = await train({ resume: throughBytes(state), totalSteps: 18, env });
      expect(kinds(rest.events).filter(kind => kind.startsWith('warning'))).toHaveLength(Kind === Stateless ? 2 : 1);
      const seeds = copySeeds(seedStream(0, 'newEpisodes', 10), env.numEnvs);
      expect(env.seeds).toEqual([seeds]);
      const first = seeds[0] % 8;
      const [rollout] = rest.agent.rollouts;
      // The two steps of the rollout before are gone: its first rows are those of the new episodes.
      expect(Array.from(rollout.obs.slice(0, 6))).toEqual([0, first, 0, 1, seeds[1] % 8, 0]);
      expect(rest.summary).toMatchObject({ steps: 18, updates: 2, reason: 'finished' });
    }
  });

  it('leaves states alone that it gave away or took', async () => {
    const copies: TrainState[] = [];
    const { events } = await train({
      checkpointEverySteps: 6,
      onEvent: event => event.type === 'checkpoint' && copies.push(structuredClone(event.state)),
    });
    expect(checkpoints(events).map(({ state }) => state)).toEqual(copies);
    const resume = checkpoints(events)[0].state;
    await train({ resume });
    expect(resume).toEqual(copies[0]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('stops on a loss of %s, naming step and metric', async bad => {
    const agent = new FakeAgent();
    agent.loss = update => (update === 2 ? bad : 0);
    const attempt = train({ agent });
    await expect(attempt).rejects.toBeInstanceOf(NumericsError);
    await expect(attempt).rejects.toThrow(`train at step 16: metric "loss" must be finite, got ${bad}.`);
  });

  it('refuses what cannot work before the first step', async () => {
    const env = new ScriptedEnv({ scripts: [...scripts, ...scripts] });
    await expect(train({ env })).rejects.toThrow('train: the agent was made for 2 environments, got 4');
    await expect(train({ env })).rejects.toBeInstanceOf(ConfigError);
    for (const totalSteps of [0, -5, 2.5])
      await expect(train({ totalSteps })).rejects.toThrow('totalSteps must be a whole number > 0');
    await expect(train({ resume: { weights: new Float32Array(3) } })).rejects.toBeInstanceOf(CheckpointError);
    for (const count of [0, -5, 2.5, Number.NaN]) {
      const plan = { env: new ScriptedEnv({ scripts }), everySteps: 8, episodes: 2, seed: 0 };
      const refused = (options: object, name: string) =>
        expect(train(options)).rejects.toThrow(`train: ${name} must be a whole number > 0, got ${count}`);
      await refused({ checkpointEverySteps: count }, 'checkpointEverySteps');
      await refused({ evaluation: { ...plan, everySteps: count } }, 'evaluation.everySteps');
      await refused({ evaluation: { ...plan, episodes: count } }, 'evaluation.episodes');
    }
    const own = new ScriptedEnv({ scripts });
    const evaluation = { env: own, everySteps: 8, episodes: 2, seed: 0 };
    await expect(train({ env: own, evaluation })).rejects.toThrow('evaluation.env must be an environment of its own');
    expect([...env.played, ...own.played]).toEqual([]);
  });

  /** As `FakeAgent`, but its second update is stopped halfway, where it has already changed. */
  class SlowAgent extends FakeAgent {
    readonly stop = new AbortController();
    override update(rollout: Rollout, progress: Progress) {
      if (this.rollouts.length === 1 && progress.signal) {
        this.calls = -1;
        this.stop.abort();
        progress.signal.throwIfAborted();
      }
      // Long enough that the next one can be stopped too.
      for (const begun = performance.now(); this.rollouts.length === 0 && performance.now() - begun < 250; );
      return super.update(rollout, progress);
    }
  }

  it('gives up a long update when it is stopped, and begins with it when it goes on', async () => {
    const whole = await train();
    const agent = new SlowAgent();
    const first = await train({ agent, signal: agent.stop.signal });
    expect(first.summary).toMatchObject({ reason: 'stopped', steps: 16, updates: 1 });
    const rest = await train({ resume: throughFile(stateOf(first.events)) });
    const results = (events: readonly TrainEvent[]) => told(events).filter(text => !/^(step|checkpoint)/.test(text));
    expect([...results(first.events), ...results(rest.events)]).toEqual(results(whole.events));
    expect(stateOf(rest.events)).toEqual(stateOf(whole.events));
  });

  it('gives up an evaluation when it is stopped, and begins with it when it goes on', async () => {
    const evaluation = () => ({
      env: new ScriptedEnv({ scripts: [[{ length: 1e6, end: 'terminated' as const }]] }),
      ...{ everySteps: 16, episodes: 1, seed: 3, maxEpisodeSteps: 2000 },
    });
    const whole = await train({ evaluation: evaluation() });
    const stop = new AbortController();
    const env = evaluation().env;
    const step = env.step.bind(env);
    let steps = 0;
    env.step = (actions, out) => {
      if (++steps === 2500) stop.abort();
      step(actions, out);
    };
    const first = await train({ signal: stop.signal, evaluation: { ...evaluation(), env } });
    expect(first.summary).toMatchObject({ reason: 'stopped', steps: 32 });
    expect(first.events.filter(({ type }) => type === 'eval')).toHaveLength(1);
    const rest = await train({ resume: throughFile(stateOf(first.events)), evaluation: evaluation() });
    const evaluations = (events: readonly TrainEvent[]) => events.filter(({ type }) => type === 'eval');
    expect([...evaluations(first.events), ...evaluations(rest.events)]).toEqual(evaluations(whole.events));
    expect(stateOf(rest.events)).toEqual(stateOf(whole.events));
  });
});

/** The last state that a run told of. */
function stateOf(events: readonly TrainEvent[]): TrainState {
  const last = events.at(-1);
  if (last?.type !== 'checkpoint') throw new Error('no checkpoint');
  return last.state;
}

/** A state as it comes back from a file. */
function throughFile(state: TrainState): TrainState {
  return decodeCheckpoint(
    encodeCheckpoint({ header: { algorithm: 'fake', env: 'Scripted-v0', config: {}, seed: 0, step: 0 }, state }),
  ).state;
}

const told = (events: readonly TrainEvent[]) => events.map(({ type, step }) => `${type} ${step}`);
