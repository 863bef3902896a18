const { createEngine } = require('@zpin/core');
const { makeVectorEnv } = require('@zpin/envs');
const { makeWorkerVectorEnv } = require('@zpin/envs/node');
const { ppo } = require('@zpin/onpolicy');
const { dppo } = require('@zpin/onpolicy/node');
const { inThreads, training } = require('./training.cjs');

const packages = { createEngine, makeVectorEnv, makeWorkerVectorEnv, ppo, dppo };
(async () => console.log(JSON.stringify({ ...(await training(packages)), threads: await inThreads(packages) })))();
