import { createRows, flatten, type NumericArray, Rng, type Space, sample } from '@zpin/core/spec';
import { makeVectorEnv } from '@zpin/envs';

const COPIES = 64;
const SECONDS = 1;

/** Environments to time, with what limits them left out: only steps through the vector environment. */
const NAMES = ['CartPole-v1', 'MountainCar-v0', 'Pendulum-v1', 'Acrobot-v1', 'MinAtar/Breakout-v1'];

/** Steps per second of 64 copies in one thread, with random actions drawn beforehand. */
export function envSpeeds(): { name: string; stepsPerSecond: number }[] {
  return NAMES.map(name => {
    const env = makeVectorEnv(name, COPIES);
    const out = env.createStep();
    const rng = new Rng(0);
    const rounds = Array.from({ length: 64 }, () => randomActions(env.spec.actionSpace, rng));
    env.reset(out, 0);
    for (let i = 0; i < 20_000; i++) env.step(rounds[i & 63], out);
    const start = performance.now();
    let steps = 0;
    while (performance.now() - start < SECONDS * 1000) {
      for (const actions of rounds) env.step(actions, out);
      steps += rounds.length * COPIES;
    }
    return { name, stepsPerSecond: steps / ((performance.now() - start) / 1000) };
  });
}

/** One random action for each copy. */
function randomActions(space: Space, rng: Rng): NumericArray {
  const actions = createRows(space, COPIES);
  const size = actions.length / COPIES;
  for (let i = 0; i < COPIES; i++) flatten(space, sample(space, rng), actions, i * size);
  return actions;
}
