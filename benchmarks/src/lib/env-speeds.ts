import { Rng } from '@zpin/core/spec';
import { makeVectorEnv } from '@zpin/envs';

const COPIES = 64;
const SECONDS = 1;

/** Environments to time, with what limits them left out: only steps through the vector environment. */
const NAMES = ['CartPole-v1'];

/** Steps per second of 64 copies in one thread, with random actions drawn beforehand. */
export function envSpeeds(): { name: string; stepsPerSecond: number }[] {
  return NAMES.map(name => {
    const env = makeVectorEnv(name, COPIES);
    const out = env.createStep();
    const rng = new Rng(0);
    const rounds = Array.from({ length: 64 }, () => Int32Array.from({ length: COPIES }, () => rng.integers(0, 2)));
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
