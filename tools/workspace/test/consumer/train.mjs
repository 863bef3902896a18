import { createEngine } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { makeWorkerVectorEnv } from '@zpin/envs/node';
import { ppo } from '@zpin/onpolicy';
import { dppo } from '@zpin/onpolicy/node';
import { inThreads, training } from './training.cjs';

const packages = { createEngine, makeVectorEnv, makeWorkerVectorEnv, ppo, dppo };
console.log(JSON.stringify({ ...(await training(packages)), threads: await inThreads(packages) }));
