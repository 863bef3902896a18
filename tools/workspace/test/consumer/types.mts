import { type EnvSpec, Rng } from '@zpin/contracts';
import { createEngine, type Engine } from '@zpin/core';
import { writeCheckpoint } from '@zpin/core/node';
import { makeVectorEnv } from '@zpin/envs';
import { makeWorkerVectorEnv } from '@zpin/envs/node';
import { ppo } from '@zpin/onpolicy';
import { dppo } from '@zpin/onpolicy/node';

const engine: Engine = await createEngine();
const env = makeVectorEnv('CartPole-v1', 2);
const spec: EnvSpec = env.spec;
const agent = await ppo.create({ spec, config: { numEnvs: 2 }, seed: 1, engine });
const actions: ArrayLike<number> = await agent.act(env.createStep().obs, 'exploit');
// @ts-expect-error: a setting that PPO does not have
await ppo.create({ spec, config: { numEnv: 2 }, seed: 1, engine });

export const exported: readonly unknown[] = [actions, new Rng(1).random(), writeCheckpoint, makeWorkerVectorEnv, dppo];
