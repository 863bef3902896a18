import type { EnvSpec, VectorEnv } from '@zpin/contracts';
import type { Algorithm } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { expect, it } from 'vitest';
import { compiledEngine, PATIENCE } from '../../../tools/testing/algorithm-case.ts';
import { dqn } from '../src/dqn.ts';
import { rainbow } from '../src/rainbow.ts';

const settings = { numEnvs: 2, bufferSize: 50, batchSize: 8, learningStarts: 20, trainEverySteps: 4, hiddenSizes: [8] };

/** The same environment, which does not say that its observations are stacks. */
function silent(env: VectorEnv): VectorEnv {
  const { frameStack: _, ...spec }: EnvSpec = env.spec;
  const { numEnvs } = env;
  const [reset, step, createStep] = [env.reset.bind(env), env.step.bind(env), env.createStep.bind(env)];
  const [state, restore, close] = [env.state.bind(env), env.restore.bind(env), env.close.bind(env)];
  return { spec, numEnvs, reset, step, createStep, state, restore, close };
}

async function metrics(algorithm: Algorithm, env: VectorEnv): Promise<object[]> {
  const agent = await algorithm.create({ spec: env.spec, config: settings, seed: 1, engine: await compiledEngine() });
  const found: object[] = [];
  for await (const event of algorithm.train({ agent, env, totalSteps: 120, seed: 1 })) {
    if (event.type === 'update') found.push(await event.metrics.read());
  }
  agent.dispose();
  return found;
}

it.each<Algorithm>([dqn, rainbow])(
  '$id learns the same from stacks that are stored frame by frame',
  PATIENCE,
  async algorithm => {
    const make = () => makeVectorEnv('MinAtar/Breakout-v1', 2, { wrappers: ['frame-stack:3'] });
    expect(make().spec).toMatchObject({ frameStack: 3, observationSpace: { shape: [10, 10, 12], dtype: 'uint8' } });
    const stacked = await metrics(algorithm, make());
    expect(stacked).toHaveLength(25);
    expect(stacked).toEqual(await metrics(algorithm, silent(make())));
  },
);
