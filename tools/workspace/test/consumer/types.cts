import core = require('@zpin/core');
import node = require('@zpin/core/node');
import spec = require('@zpin/contracts');
import envs = require('@zpin/envs');
import threads = require('@zpin/envs/node');
import workers = require('@zpin/onpolicy/node');
import onpolicy = require('@zpin/onpolicy');

async function main(): Promise<number> {
  const engine: core.Engine = await core.createEngine();
  const env = envs.makeVectorEnv('CartPole-v1', 2);
  const agent = await onpolicy.ppo.create({ spec: env.spec, config: { numEnvs: 2 }, seed: 1, engine });
  return agent.config.numEnvs + new spec.Rng(1).random();
}

export = { main, writeCheckpoint: node.writeCheckpoint, makeEnv: threads.makeWorkerVectorEnv, a3c: workers.a3c };
