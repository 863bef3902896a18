import '@zpin/atari/register';
import type { Agent } from '@zpin/contracts';
import { makeEnv, SyncVectorEnv } from '@zpin/envs';
import { openRun } from 'zpin';
import type { AtariReport, AtariSettings } from './atari-messages.ts';
import { liveEngine } from './live-engine.ts';
import { servePage, showLearned, trainShown } from './serve-page.ts';
import { toRgba } from './to-rgba.ts';

/** Milliseconds between two reports: those of one step of the demonstration, which are four frames of a sixtieth of a second. */
const REPORT_EVERY = 1000 / 15;

/** Settings for the 128 bytes of memory, from which a small network learns Catch within a minute or two. */
const fromMemory = {
  steps: 40_000,
  preset: false,
  config: {
    learningRate: { type: 'linear', from: 1e-3, to: 0 },
    gamma: 0.95,
    batchSize: 64,
    bufferSize: 50_000,
    learningStarts: 1000,
    targetUpdateEverySteps: 500,
    trainEverySteps: 2,
    epsilonEnd: 0.02,
    explorationFraction: 0.3,
    nSteps: 3,
    hiddenSizes: [128, 128],
  },
} as const;

/** Bricks pays late, and is seldom returned by chance: rewards of more steps, a longer horizon, and more to learn from. */
const bricksFromMemory = {
  ...fromMemory,
  steps: 100_000,
  wrappers: ['episodic-life', 'terminal-reward:-1'],
  config: {
    ...fromMemory.config,
    learningRate: { type: 'linear', from: 5e-4, to: 0 },
    gamma: 0.98,
    trainEverySteps: 1,
    explorationFraction: 0.6,
    nSteps: 5,
    hiddenSizes: [256, 256],
  },
} as const;

const page = servePage<AtariReport, AtariSettings>(train);

async function train({ game, view, engine, seed }: AtariSettings): Promise<void> {
  const id = `Atari/${game}-v5`;
  // Fewer transitions than in Node: a tab has less memory.
  const memoryOptions = game === 'Catch' ? fromMemory : bricksFromMemory;
  const options = view === 'memory' ? memoryOptions : { config: { bufferSize: 20_000 } };
  const envOptions = view === 'memory' ? { obsType: 'ram' } : {};
  const run = await openRun('double-dqn', id, { ...options, envOptions, engine: await liveEngine(engine), seed });
  const { steps: totalSteps, envOptions: trained = {} } = run.description;
  page.report({ type: 'ready', engine: run.engine, totalSteps });

  const demo = new Demo(run.agent, id, trained, seed);
  const seconds = await trainShown(run, {
    ...{ pause: page.pause, reportEvery: REPORT_EVERY },
    async tell(progress) {
      page.report({ type: 'progress', ...progress, picture: await demo.play() });
    },
  });
  page.report({ type: 'done' });
  const rest = { step: totalSteps, seconds, episodes: new Float32Array(0) };
  await showLearned(page.pause, REPORT_EVERY, async () => page.report({ type: 'progress', ...rest, picture: await demo.play() }));
}

/** The present policy in a game of its own, at the pace of the console as long as training leaves the time. */
class Demo {
  readonly #agent: Agent;
  readonly #env: SyncVectorEnv;
  readonly #step: ReturnType<SyncVectorEnv['createStep']>;
  readonly #render: () => ReturnType<typeof toRgba>;
  #played = 0;

  constructor(agent: Agent, id: string, settings: Readonly<Record<string, unknown>>, seed: number) {
    const env = makeEnv(id, settings);
    this.#agent = agent;
    this.#env = new SyncVectorEnv(() => env, 1);
    this.#step = this.#env.createStep();
    this.#render = () => {
      const frame = env.render?.();
      if (!frame) throw new Error(`Demo: ${id} must have a picture, got none.`);
      return toRgba(frame);
    };
    this.#env.reset(this.#step, seed);
  }

  /** Plays one step where one is due. @returns the picture behind it, RGBA */
  async play(): Promise<Uint8ClampedArray<ArrayBuffer> | null> {
    if (performance.now() - this.#played < REPORT_EVERY / 2) return null;
    this.#played = performance.now();
    this.#env.step(await this.#agent.act(this.#step.obs, 'exploit'), this.#step);
    return this.#render().pixels;
  }
}
