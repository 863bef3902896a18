import { flatSize, InputError, Rng, sample } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AnyEnv } from './env-entry.ts';
import { listEnvs, loadEnv, makeEnv, makeVectorEnv } from './registry.ts';

/** Runs `act`, which must fail with an `InputError` that names the environment. */
function expectError(id: string, act: () => unknown): void {
  let caught: unknown;
  try {
    act();
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(InputError);
  expect((caught as Error).message.startsWith(`${id}.`), String(caught)).toBe(true);
}

/** Whether a closed environment either still draws what it drew, or says that it is closed. */
function drawOf(env: AnyEnv): boolean {
  try {
    return env.render === undefined || env.render().data.length > 0;
  } catch (error) {
    return error instanceof InputError && error.message.startsWith(`${env.spec.id}.render: `);
  }
}

describe.each(listEnvs().map(({ spec }) => spec.id))('%s', id => {
  beforeAll(() => loadEnv(id));

  it('answers misuse with an error that names it', () => {
    const env = makeEnv(id);
    const { actionSpace } = env.spec;
    const good = sample(actionSpace, new Rng(0));
    expectError(id, () => env.step(good));
    env.reset({ seed: 0 });
    const size = flatSize(actionSpace);
    for (const bad of [
      null,
      undefined,
      'left',
      {},
      -1,
      99,
      Number.NaN,
      new Float32Array(size + 1),
      new Float32Array(size).fill(Number.NaN),
    ]) {
      expectError(id, () => env.step(bad as number));
    }
    expectError(id, () => env.restore?.({ rng: new Rng(0).state(), world: new Float64Array(1) }));
    env.step(good);
    env.close?.();
    expectError(id, () => env.step(good));
    expectError(id, () => env.reset());
    expectError(id, () => env.state?.());
    expect(drawOf(env)).toBe(true);
  });

  it('answers misuse in vectors alike', () => {
    const env = makeVectorEnv(id, 2);
    const out = env.createStep();
    const size = flatSize(env.spec.actionSpace);
    expectError(id, () => env.step(new Float32Array(2 * size), out));
    env.reset(out, 0);
    expectError(id, () => env.step(new Float32Array(size), out));
    expectError(id, () => env.step(new Float32Array(2 * size).fill(Number.NaN), out));
    env.step(new Float32Array(2 * size), out);
    env.close();
    expectError(id, () => env.step(new Float32Array(2 * size), out));
  });
});
