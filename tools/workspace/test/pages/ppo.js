import { createEngine } from '@zpin/core';
import { CartPole, SyncVectorEnv } from '@zpin/envs';
import { ppo } from '@zpin/onpolicy';

const env = new SyncVectorEnv(() => new CartPole(), 4);
const engine = await createEngine();
const config = { numEnvs: 4, rolloutLength: 128, learningRate: 1e-3 };
const agent = await ppo.create({ spec: env.spec, config, seed: 1, engine });
const returns = [];
for await (const event of ppo.train({ agent, env, totalSteps: 8192, seed: 1 }))
  if (event.type === 'episode') returns.push(event.episodeReturn);
globalThis.result = { engine: engine.name, returns };
