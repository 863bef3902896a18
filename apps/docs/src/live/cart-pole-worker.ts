import '@tensorflow/tfjs-backend-cpu';
import type { Agent } from '@zpin/contracts';
import { type Algorithm, createEngine, type Engine, evaluate } from '@zpin/core';
import { CartPole, SyncVectorEnv } from '@zpin/envs';
import { ppo } from '@zpin/onpolicy';
import { doubleDqn } from '@zpin/value-based';
import type { CartPoleCommand, CartPoleReport, CartPoleSettings } from './cart-pole-messages.ts';
import { macrotask } from './macrotask.ts';
import { Pause } from './pause.ts';

/** Milliseconds between two reports; a turn is then left to the page's messages. */
const REPORT_EVERY = 30;
/** Seconds of one step of the environment. */
const STEP_SECONDS = 0.02;
/** No more than this is played at once, after a pause for instance. */
const MAX_DEMO_STEPS = 10;

const pause = new Pause();

self.onmessage = ({ data }: MessageEvent<CartPoleCommand>) => {
  if (data.type !== 'start') pause.set(data.type === 'pause');
  else
    train(data.settings).catch(error => report({ type: 'error', text: error instanceof Error ? error.message : String(error) }));
};

async function train({ algorithm: id, engine: engineName, seed, learningRate }: CartPoleSettings): Promise<void> {
  const algorithm: Algorithm = id === 'ppo' ? ppo : doubleDqn;
  const { config: preset, totalSteps } = algorithm.presets['CartPole-v1'];
  const config = { ...(preset as object), learningRate: { type: 'linear', from: learningRate, to: 0 } };
  const numEnvs = 'numEnvs' in config ? Number(config.numEnvs) : 1;
  const env = new SyncVectorEnv(() => new CartPole(), numEnvs);
  const engine = await engineOf(engineName);
  const agent = await algorithm.create({ spec: env.spec, config, seed, engine });
  report({ type: 'ready', engine: engine.description, totalSteps });

  const demo = new Demo(agent, seed + 1);
  let episodes: number[] = [];
  let trained = 0;
  let since = performance.now();
  for await (const event of algorithm.train({ agent, env, totalSteps, seed })) {
    if (event.type === 'episode') episodes.push(event.step, event.episodeReturn);
    const isLast = event.type === 'checkpoint';
    const spent = performance.now() - since;
    if (event.type !== 'step' && !isLast) continue;
    if (spent < REPORT_EVERY && !isLast) continue;
    trained += spent;
    const states = Float32Array.from(await demo.play(spent / 1000));
    report({ type: 'progress', step: event.step, seconds: trained / 1000, episodes: Float32Array.from(episodes), states });
    episodes = [];
    await macrotask();
    await pause.passed();
    since = performance.now();
  }
  const { meanReturn } = await evaluate(agent, new SyncVectorEnv(() => new CartPole(), 10), 100, seed + 1_000_000);
  report({ type: 'done', meanReturn });
  for (;;) {
    await pause.passed();
    const states = Float32Array.from(await demo.play(REPORT_EVERY / 1000));
    report({ type: 'progress', step: totalSteps, seconds: trained / 1000, episodes: new Float32Array(0), states });
    await new Promise(resolve => setTimeout(resolve, REPORT_EVERY));
  }
}

/** The present policy in an episode of its own, as fast as a real cart would move. */
class Demo {
  readonly #agent: Agent;
  readonly #env = new SyncVectorEnv(() => new CartPole(), 1);
  readonly #step = this.#env.createStep();
  #owed = 0;

  constructor(agent: Agent, seed: number) {
    this.#agent = agent;
    this.#env.reset(this.#step, seed);
  }

  /** Plays what is due after so many seconds. @returns position, velocity, angle and its velocity, for each step */
  async play(seconds: number): Promise<number[]> {
    this.#owed = Math.min(this.#owed + seconds / STEP_SECONDS, MAX_DEMO_STEPS);
    const states: number[] = [];
    for (; this.#owed >= 1; this.#owed--) {
      this.#env.step(await this.#agent.act(this.#step.obs, 'exploit'), this.#step);
      states.push(...this.#step.obs);
    }
    return states;
  }
}

async function engineOf(name: CartPoleSettings['engine']): Promise<Engine> {
  if (name === 'cpu') return createEngine('tensorflow', { backend: 'cpu' });
  if (name === 'wasm') {
    const [{ setWasmPaths }, simd, plain] = await Promise.all([
      import('@tensorflow/tfjs-backend-wasm'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'),
    ]);
    setWasmPaths({ 'tfjs-backend-wasm-simd.wasm': simd.default, 'tfjs-backend-wasm.wasm': plain.default });
    return createEngine('tensorflow', { backend: 'wasm' });
  }
  const [onnxruntime, wasm] = await Promise.all([
    import('onnxruntime-web/wasm'),
    import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url'),
  ]);
  onnxruntime.env.wasm.wasmPaths = { wasm: wasm.default };
  // More threads need headers that few hosts send, and do nothing for networks as small as these.
  onnxruntime.env.wasm.numThreads = 1;
  return createEngine('onnx', { onnxruntime });
}

function report(message: CartPoleReport): void {
  self.postMessage(message);
}
