import { discrete, type EnvSpec, Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { GoalInputs } from './goal-inputs.ts';
import { GoalReplay, type Pursuit } from './goal-replay.ts';
import { observationsAsSubgoals } from './subgoals.ts';

const spec: EnvSpec = {
  id: 'Line-v0',
  observationSpace: discrete(4),
  actionSpace: discrete(2),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};
const subgoals = observationsAsSubgoals({ second: 1, last: 3 });

/** Two environments; `pursuit` can be changed from step to step. */
function make(discountWithinGoals = true) {
  const attempts: [number, boolean][] = [];
  const pursuit: { -readonly [K in keyof Pursuit]: Pursuit[K] } = {
    subgoals,
    inputs: new GoalInputs(spec.observationSpace, subgoals),
    goals: Int32Array.of(1, 0),
    isPretraining: false,
    count: (goal, isReached) => attempts.push([goal, isReached]),
  };
  const config = { gamma: 0.5, bufferSize: 10, metaBufferSize: 10, discountWithinGoals };
  const replay = new GoalReplay({ spec, numEnvs: 2, hasActionMask: false, pursuit, config });
  const step = (obs: number[], nextObs: number[], reward: number[], ends: { terminated?: number[]; truncated?: number[] } = {}) =>
    replay.add({
      obs: Int32Array.from(obs),
      action: Int32Array.of(0, 1),
      reward: Float32Array.from(reward),
      nextObs: Int32Array.from(nextObs),
      terminated: Uint8Array.from(ends.terminated ?? [0, 0]),
      truncated: Uint8Array.from(ends.truncated ?? [0, 0]),
    });
  return { replay, pursuit, attempts, step };
}

/** All transitions of a memory, sorted; each number of an observation apart. */
function contents({ sample }: { sample: GoalReplay['meta']['sample'] }, width: number): number[][] {
  const { size, obs, action, reward, nextObs, discount } = sample(400, new Rng(1));
  const rows = Array.from({ length: size }, (_, i) => {
    const [from, to] = [obs, nextObs].map(all => Array.from(all.slice(i * width, (i + 1) * width)));
    return JSON.stringify([...from, action[i], reward[i], ...to, discount[i]]);
  });
  return [...new Set(rows)].sort().map(row => JSON.parse(row));
}
const ofMeta = ({ meta }: GoalReplay) => contents({ sample: meta.sample.bind(meta) }, 1);
const ofController = ({ controller }: GoalReplay) => contents({ sample: controller.sample.bind(controller) }, 3);

describe('GoalReplay', () => {
  it('keeps each step for the controller: the goal behind the observation, paid where it is reached, over there', () => {
    const { replay, step } = make();
    step([2, 0], [3, 2], [5, 7]);
    expect(ofController(replay)).toEqual([
      [0, 1, 0, 1, 0, 2, 1, 0, 0.5],
      [2, 0, 1, 0, 1, 3, 0, 1, 0],
    ]);
  });

  it('keeps for the meta-controller what all steps towards a goal have paid, once the goal is reached', () => {
    const { replay, step, attempts } = make();
    step([0, 0], [2, 0], [4, 0]);
    expect(replay.meta.size).toBe(0);
    step([2, 0], [3, 0], [6, 0]);
    // From 0, goal 1: 4 + 0.5 · 6, and what follows counts 0.5².
    expect(ofMeta(replay)).toEqual([[0, 1, 7, 3, 0.25]]);
    expect(attempts).toEqual([[1, true]]);
  });

  it('ends a step of the meta-controller with the episode: nothing follows a death, something a time limit', () => {
    const { replay, step, attempts } = make(false);
    step([0, 2], [0, 2], [1, 1]);
    step([0, 2], [2, 0], [2, 3], { terminated: [1, 0], truncated: [0, 1] });
    expect(ofMeta(replay)).toEqual([
      [0, 1, 3, 2, 0],
      [2, 0, 4, 0, 0.5],
    ]);
    expect(attempts).toEqual([
      [1, false],
      [0, false],
    ]);
  });

  it('keeps nothing for the meta-controller while the controller is trained alone, but counts attempts', () => {
    const { replay, pursuit, step, attempts } = make();
    pursuit.isPretraining = true;
    step([0, 0], [3, 1], [1, 1]);
    expect([replay.meta.size, replay.controller.size]).toEqual([0, 2]);
    expect(attempts).toEqual([
      [1, true],
      [0, true],
    ]);
    pursuit.isPretraining = false;
    step([3, 2], [2, 1], [1, 8]);
    expect(ofMeta(replay)).toEqual([[2, 0, 8, 1, 0.5]]);
  });

  it('goes on from its state, in the middle of a step of the meta-controller', () => {
    const [one, other] = [make(), make()];
    one.step([0, 0], [2, 0], [4, 0]);
    other.replay.restore(structuredClone(one.replay.state()));
    for (const { step } of [one, other]) step([2, 0], [3, 1], [6, 0]);
    expect(other.replay.state()).toEqual(one.replay.state());
    expect(other.replay.meta.size).toBe(2);
  });
});
