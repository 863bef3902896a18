import { readFileSync } from 'node:fs';
import { discrete, type Env, type EnvSpec, type SpaceValue } from '@zpin/contracts';
import { makeEnv, SyncVectorEnv } from '@zpin/envs';
import { expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { loadAlgorithm } from '../src/algorithms.ts';
import { load, train } from '../src/index.ts';
import { a3c, dppo } from '../src/platform/no-threads.ts';

inScratchFolder();

const spec: EnvSpec = {
  id: 'Doors-v0',
  observationSpace: discrete(4),
  actionSpace: discrete(4),
  maxEpisodeSteps: 10,
  rewardThreshold: null,
};

/** Four doors; the one that was opened last is locked, and to open it all the same is an error. */
function doors(announced: boolean) {
  return (copies: number) =>
    new SyncVectorEnv((): Env => {
      let last = 0;
      let steps = 0;
      const seen = () => ({ obs: last, info: { actionMask: Uint8Array.from([0, 1, 2, 3], door => Number(door !== last)) } });
      return {
        spec: announced ? { ...spec, hasActionMask: true } : spec,
        reset() {
          last = 0;
          steps = 0;
          return seen();
        },
        step(action) {
          if (action === last) throw new Error(`door ${last} is locked`);
          last = action as number;
          return { ...seen(), reward: last, terminated: false, truncated: ++steps === 10 };
        },
      };
    }, copies);
}

const algorithms = [
  ...['dqn', 'c51', 'qr-dqn', 'iqn', 'rainbow', 'munchausen-dqn', 'noisy-dqn', 'q-learning', 'sarsa', 'sarsa-lambda'],
  ...['expected-sarsa', 'neural-q-learning', 'discrete-sac', 'ppo', 'ppo-penalty', 'recurrent-ppo', 'a2c', 'vpg'],
  ...['reinforce', 'trpo', 'npg', 'actor-critic', 'option-critic', 'off-policy-option-critic'],
];

// In this thread, as the doors have no name by which others could get them.
const inOneThread = [a3c, dppo].map(({ id }) => id);

it.each([...algorithms, ...inOneThread])('%s opens no locked door, and refuses masks that nobody announced', async id => {
  const algorithm = [a3c, dppo].find(candidate => candidate.id === id) ?? (await loadAlgorithm(id, 'test'));
  const options = { steps: 120, preset: false, seed: 1 };
  const run = await train(algorithm, doors(true), options);
  expect((await run.evaluate({ episodes: 2 })).lengths).toEqual([10, 10]);
  await expect(async () => run.act(0)).rejects.toThrow(/there must be a mask of legal actions, as Doors-v0 has them/);
  expect(await run.act(0, true, Uint8Array.of(0, 0, 1, 0))).toBe(2);
  run.dispose();
  await expect(async () => train(algorithm, doors(false), options)).rejects.toThrow(
    /Doors-v0: info.actionMask must be announced/,
  );
});

it('a run folder knows that its policy takes masks', async () => {
  const run = await train('ppo', 'Taxi-v4', {
    steps: 64,
    config: { numEnvs: 1, rolloutLength: 32 },
    preset: false,
    saveTo: 'taxi',
  });
  run.dispose();
  expect(readFileSync('taxi/policy.onnx').includes('actionMask')).toBe(true);
  const found = await load('taxi');
  const { obs, info } = makeEnv('Taxi-v4').reset({ seed: 3 });
  await expect(async () => found.act(obs, true)).rejects.toThrow(/must be a mask/);
  const action = await found.act(obs as SpaceValue, true, info.actionMask);
  expect(info.actionMask?.[action as number]).toBe(1);
  found.dispose();
});
