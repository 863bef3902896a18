import { box, discrete, type Env, EnvError, type EnvSpec, NumericsError, type StateValue, type VectorEnv } from '@zpin/contracts';
import { evaluate } from '@zpin/core';
import { SyncVectorEnv } from '@zpin/envs';
import { behaviour, recordTransitions } from '@zpin/offline';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { type AlgorithmId, resume, train } from '../src/index.ts';
import { RunFolder } from '../src/node.ts';

inScratchFolder();

type Part = 'reward' | 'obs' | 'last';

/** Is fine for 110 steps of its life, and then gives a number that is none. */
class Failing implements Env<Float32Array | number, unknown> {
  readonly spec: EnvSpec;
  readonly #part: Part;
  readonly #isTabular: boolean;
  #life = 0;
  #steps = 0;

  constructor(part: Part, isTabular: boolean, isContinuous: boolean) {
    this.spec = {
      id: 'Failing-v0',
      observationSpace: isTabular ? discrete(4) : box({ low: -1, high: 1, shape: [2] }),
      actionSpace: isContinuous ? box({ low: -1, high: 1 }) : discrete(2),
      maxEpisodeSteps: null,
      rewardThreshold: null,
    };
    this.#part = part;
    this.#isTabular = isTabular;
  }

  reset() {
    this.#steps = 0;
    return { obs: this.#obs(false), info: {} };
  }

  step(_action: unknown) {
    this.#steps++;
    this.#life++;
    const terminated = this.#steps === 4;
    const isBad = this.#life >= 110;
    const obs = this.#obs(isBad && (this.#part === 'obs' || (this.#part === 'last' && terminated)));
    const reward = isBad && this.#part === 'reward' ? Number.NaN : 1;
    return { obs, reward, terminated, truncated: false, info: {} };
  }

  state() {
    return { life: this.#life, steps: this.#steps };
  }

  restore(state: Readonly<Record<string, StateValue>>) {
    this.#life = state.life as number;
    this.#steps = state.steps as number;
  }

  #obs(isBad: boolean): Float32Array | number {
    if (this.#isTabular) return isBad ? Number.NaN : this.#steps % 4;
    return Float32Array.of(this.#steps / 4, isBad ? Number.NaN : 0);
  }
}

const small = { hiddenSizes: [8] };
const replay = { ...small, learningStarts: 20, batchSize: 8, bufferSize: 500 };
const choices: readonly (readonly [AlgorithmId, object])[] = [
  ['ppo', { ...small, numEnvs: 2, rolloutLength: 16, batchSize: 8 }],
  ['dqn', replay],
  ['rainbow', { ...replay, numAtoms: 5 }],
  ['sac', replay],
  ['q-learning', {}],
  ['option-critic', { ...small }],
  ['off-policy-option-critic', replay],
];

/** Everything that is no finite number in a state. */
function broken(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path];
  if (ArrayBuffer.isView(value)) return (value as Float32Array).every(Number.isFinite) ? [] : [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => broken(part, `${path}/${key}`));
}

describe('a number that is none stops a run before anything is stored', () => {
  it.each(choices.flatMap(([id, config]) => (['reward', 'obs', 'last'] as const).map(part => [id, part, config] as const)))(
    '%s, in the %s',
    async (algorithm, part, config) => {
      const isTabular = algorithm === 'q-learning';
      const env = (copies: number): VectorEnv =>
        new SyncVectorEnv(() => new Failing(part, isTabular, algorithm === 'sac'), copies);
      const path = `${algorithm}-${part}`;
      const run = train(algorithm, env, { steps: 2000, config, saveTo: path, checkpointEverySteps: 10 });
      if (isTabular && part !== 'reward') {
        await expect(run).rejects.toBeInstanceOf(EnvError);
        await expect(run).rejects.toThrow(
          /^Failing-v0\.step, copy 0, at step [1-4] of its episode: the observation must be of Discrete\(4\), got NaN\. .* The last good checkpoint is kept: /,
        );
      } else {
        await expect(run).rejects.toBeInstanceOf(NumericsError);
        const what = part === 'reward' ? 'the reward' : 'observation\\[1\\]';
        const expected = new RegExp(
          `^Failing-v0, copy 0, at step [1-4] of its episode, after \\d+ steps of all copies: ${what} must be a finite number of 32 bits, got NaN\\. .* The last good checkpoint is kept: .*checkpoint\\.bin\\.$`,
        );
        await expect(run).rejects.toThrow(expected);
      }
      const folder = new RunFolder(path);
      const { state, header } = folder.readCheckpoint('test', folder.describe('test'));
      expect(header.step).toBeGreaterThanOrEqual(100);
      expect(broken(state)).toEqual([]);
      // What is kept can be gone on from, up to the same place.
      await expect(resume(path, { env })).rejects.toThrow(/must be (a finite number|of Discrete)/);
    },
  );

  it('in evaluation, and in data that are collected', async () => {
    const env = () => new SyncVectorEnv(() => new Failing('obs', false, false), 1);
    const actor = behaviour({ spec: env().spec, seed: 1 });
    await expect(evaluate(actor, env(), 200, 1)).rejects.toThrow(/^Failing-v0, copy 0, at step 2 of its episode, after 109 /);
    const recorded = recordTransitions(env());
    await expect(evaluate(actor, recorded, 200, 1)).rejects.toThrow('Failing-v0, copy 0, at step 110 of its recording');
    expect(recorded.dataset().size).toBe(109);
  });
});
