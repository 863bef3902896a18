import type { Agent } from '@zpin/contracts';
import { CartPole, SyncVectorEnv } from '@zpin/envs';
import { openRun } from 'zpin';
import type { CartPoleCommand, CartPoleReport, CartPoleSettings } from './cart-pole-messages.ts';
import { fingerprint } from './fingerprint.ts';
import { liveEngine } from './live-engine.ts';
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

async function train({ algorithm, engine, seed, learningRate }: CartPoleSettings): Promise<void> {
  const config = { learningRate: { type: 'linear', from: learningRate, to: 0 } } as const;
  const run = await openRun(algorithm, 'CartPole-v1', { config, engine: await liveEngine(engine), seed });
  const { steps: totalSteps } = run.description;
  report({ type: 'ready', engine: run.engine, totalSteps });

  const demo = new Demo(run.agent, seed);
  let episodes: number[] = [];
  let trained = 0;
  let since = performance.now();
  for await (const event of run.events()) {
    if (event.type === 'episode') episodes.push(event.step, event.episodeReturn);
    const isLast = event.step >= totalSteps && event.type === 'checkpoint';
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
  const { meanReturn } = await run.evaluate();
  const { vectors } = (await run.agent.state()) as { readonly vectors: Readonly<Record<string, Float32Array>> };
  report({ type: 'done', meanReturn, weights: fingerprint(Object.values(vectors)) });
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

function report(message: CartPoleReport): void {
  self.postMessage(message);
}
