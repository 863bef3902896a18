import { discrete, type Env, type EnvSpec, type ResetOptions, type StepResult, type VectorEnv } from '@zpin/contracts';
import { SyncVectorEnv, TimeLimit } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { type AlgorithmId, load, type RunEvent, resume, train } from '../src/index.ts';
import { RunFolder } from '../src/node.ts';

inScratchFolder();

/** The environment of the guide, which has no state() and no restore(). */
class Coin implements Env<number, number> {
  readonly spec: EnvSpec = {
    id: 'Coin-v0',
    observationSpace: discrete(1),
    actionSpace: discrete(2),
    maxEpisodeSteps: null,
    rewardThreshold: null,
  };

  reset(_options?: ResetOptions) {
    return { obs: 0, info: {} };
  }

  step(action: number) {
    return { obs: 0, reward: action, terminated: true, truncated: false, info: {} };
  }
}

/** Shows how many steps its episode has had; ends after 7. */
class Seven implements Env<number, number> {
  readonly spec: EnvSpec = { ...new Coin().spec, id: 'Seven-v0', observationSpace: discrete(8) };
  #steps = 0;

  reset(_options?: ResetOptions) {
    this.#steps = 0;
    return { obs: 0, info: {} };
  }

  step(action: number): StepResult<number> {
    this.#steps++;
    return { obs: this.#steps, reward: action, terminated: this.#steps === 7, truncated: false, info: {} };
  }
}

const coins = (copies: number): VectorEnv => new SyncVectorEnv(() => new Coin(), copies);
const sevens = (copies: number): VectorEnv => new SyncVectorEnv(() => new Seven(), copies);
const tiny = { hiddenSizes: [8] };
const replayed = { ...tiny, learningStarts: 20, batchSize: 8, bufferSize: 100 };

const choices: readonly (readonly [AlgorithmId, object])[] = [
  ['ppo', { ...tiny, numEnvs: 2, rolloutLength: 16, batchSize: 8 }],
  ['recurrent-ppo', { numEnvs: 2, rolloutLength: 16 }],
  ['dqn', replayed],
  ['rainbow', { ...replayed, numAtoms: 5 }],
  ['q-learning', {}],
  ['sarsa-lambda', {}],
  ['option-critic', { ...tiny }],
  ['off-policy-option-critic', replayed],
];

/** What a run warns of, but for what becomes of its schedules when it gets more steps. */
const warningsOf = (events: readonly RunEvent[]) =>
  events.flatMap(event => (event.type === 'warning' && !event.message.startsWith('Schedules') ? [event.message] : []));
const told = 'Seven-v0 cannot save its state: checkpoints are without its episodes, and a resumed run begins new ones';

describe('an environment with spec, reset and step alone', () => {
  it('is trained in to the end', async () => {
    for (const env of [coins, (copies: number) => new SyncVectorEnv(() => new TimeLimit(new Coin(), 9), copies)]) {
      const seen: RunEvent[] = [];
      const run = await train('q-learning', env, { steps: 400, onEvent: event => seen.push(event) });
      expect(run.summary).toMatchObject({ reason: 'finished', steps: 400, episodes: 400 });
      expect(seen[0]).toEqual({
        type: 'warning',
        step: 0,
        message: `${told.replace('Seven', 'Coin')}. Write state() and restore() to resume exactly.`,
      });
      expect(warningsOf(seen)).toHaveLength(1);
      expect((await run.evaluate({ episodes: 5 })).meanReturn).toBe(1);
    }
  });

  it.each(choices)('with %s begins new episodes where a run goes on, and says so', async (algorithm, config) => {
    const first: RunEvent[] = [];
    const path = `seven-${algorithm}`;
    // 59 or 60 steps, in the middle of an episode and of a rollout.
    const run = await train(algorithm, sevens, { steps: 59, config, saveTo: path, onEvent: event => first.push(event) });
    expect(run.summary?.reason).toBe('finished');
    expect(first[0]?.type).toBe('warning');
    const folder = new RunFolder(path);
    const { state } = folder.readCheckpoint('test', folder.describe('test'));
    expect(state.collector).toEqual({ env: null });

    const then: RunEvent[] = [];
    const longer = await resume(path, { env: sevens, steps: 240, onEvent: event => then.push(event) });
    expect(longer.summary).toMatchObject({ reason: 'finished' });
    expect(longer.summary?.steps).toBeGreaterThanOrEqual(240);
    expect(warningsOf(then)).toEqual([
      `The checkpoint of step ${run.step} holds no episodes of Seven-v0 that can go on: new ones begin, so the run does not go on exactly.`,
      `${told}. Write state() and restore() to resume exactly.`,
    ]);
    // A new episode, not the rest of one: the first has all of its steps.
    const ends = then.flatMap(event => (event.type === 'episode' ? [event.episodeLength] : []));
    expect(ends.length).toBeGreaterThan(20);
    expect(new Set(ends)).toEqual(new Set([7]));
    const found = await load(path, { env: sevens });
    expect(found.step).toBe(longer.step);
    found.dispose();
  });

  it('is told of at no time where states can be saved', async () => {
    const seen: RunEvent[] = [];
    await train('q-learning', 'CliffWalking-v1', { steps: 50, saveTo: 'exact', onEvent: event => seen.push(event) });
    await resume('exact', { steps: 90, onEvent: event => seen.push(event) });
    expect(warningsOf(seen)).toEqual([]);
  });
});
