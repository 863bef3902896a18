import { createEngine } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { ppo } from '@zpin/onpolicy';
import { training } from './training.cjs';

console.log(JSON.stringify(await training({ createEngine, makeVectorEnv, ppo })));
