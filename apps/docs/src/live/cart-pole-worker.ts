import type { Agent } from '@zpin/contracts';
import { CartPole, SyncVectorEnv } from '@zpin/envs';
import { openRun } from 'zpin';
import type { CartPoleReport, CartPoleSettings } from './cart-pole-messages.ts';
import { fingerprint } from './fingerprint.ts';
import { learnedVectors } from './learned-vectors.ts';
import { liveEngine } from './live-engine.ts';
import { servePage, showLearned, trainShown } from './serve-page.ts';

/** Milliseconds between two reports. */
const REPORT_EVERY = 30;
/** Seconds of one step of the environment. */
const STEP_SECONDS = 0.02;
/** No more than this is played at once, after a pause for instance. */
const MAX_DEMO_STEPS = 10;

const page = servePage<CartPoleReport, CartPoleSettings>(train);

async function train({ algorithm, engine, seed, learningRate }: CartPoleSettings): Promise<void> {
  const config = { learningRate: { type: 'linear', from: learningRate, to: 0 } } as const;
  const run = await openRun(algorithm, 'CartPole-v1', { config, engine: await liveEngine(engine), seed });
  const { steps: totalSteps } = run.description;
  page.report({ type: 'ready', engine: run.engine, totalSteps });

  const demo = new Demo(run.agent, seed);
  const seconds = await trainShown(run, {
    ...{ pause: page.pause, reportEvery: REPORT_EVERY },
    async tell(progress, spent) {
      page.report({ type: 'progress', ...progress, states: Float32Array.from(await demo.play(spent / 1000)) });
    },
  });
  const { meanReturn } = await run.evaluate();
  const vectors = await learnedVectors(run.agent);
  page.report({ type: 'done', meanReturn, weights: fingerprint(vectors.values()) });
  const rest = { step: totalSteps, seconds, episodes: new Float32Array(0) };
  await showLearned(page.pause, REPORT_EVERY, async () =>
    page.report({ type: 'progress', ...rest, states: Float32Array.from(await demo.play(REPORT_EVERY / 1000)) }),
  );
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
