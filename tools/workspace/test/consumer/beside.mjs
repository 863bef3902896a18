// PPO beside a model of the user's own, in one process. First argument: the user's TensorFlow.js.
import * as core from '@tensorflow/tfjs-core';
import { createEngine } from '@zpin/core';
import { CartPole, SyncVectorEnv } from '@zpin/envs';
import { ppo } from '@zpin/onpolicy';

const said = [];
for (const level of ['log', 'warn', 'error']) console[level] = (...texts) => said.push(texts.join(' '));
const { default: tf } = await import(process.argv[2]);

const engine = await createEngine('tensorflow');
const env = new SyncVectorEnv(() => new CartPole(), 4);
const config = { numEnvs: 4, rolloutLength: 64, epochs: 2 };
const agent = await ppo.create({ spec: env.spec, config, seed: 1, engine });
let steps = 0;
for await (const event of ppo.train({ agent, env, totalSteps: 512, seed: 1 })) steps = event.step;

// y = 2x + 1, with operations as methods of tensors, which only the whole TensorFlow.js has.
const x = tf.tensor2d([[0], [1], [2], [3]]);
const y = tf.tensor2d([[1], [3], [5], [7]]);
const slope = tf.variable(tf.tensor2d([[0]]));
const offset = tf.variable(tf.tensor1d([0]));
const optimizer = tf.train.sgd(0.1);
for (let i = 0; i < 100; i++) optimizer.minimize(() => x.matMul(slope).add(offset).sub(y).square().mean());

const result = { isShared: core.engine() === tf.engine(), engine: engine.description, steps, slope: slope.dataSync()[0], said };
process.stdout.write(JSON.stringify(result));
