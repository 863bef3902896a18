import { box, discrete, type Env, type EnvSpec, type StepResult } from '@zpin/contracts';
import { evaluate } from '@zpin/core';
import { evaluationWrappers, makeVectorEnv, registerEnv } from '@zpin/envs';
import { expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { load, openRun } from '../src/index.ts';

inScratchFolder();

const spec: EnvSpec = {
  id: 'ThreeLives-v0',
  observationSpace: box({ low: 0, high: 1, shape: [1] }),
  actionSpace: discrete(2),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

/** A game of three lives, each of which lasts five steps. */
class ThreeLives implements Env<Float32Array, number> {
  readonly spec = spec;
  #steps = 0;

  get #info() {
    return { lives: 3 - Math.floor(this.#steps / 5) };
  }

  reset() {
    this.#steps = 0;
    return { obs: Float32Array.of(0), info: this.#info };
  }

  step(): StepResult<Float32Array> {
    this.#steps++;
    const terminated = this.#steps === 15;
    return { obs: Float32Array.of(this.#steps / 15), reward: 1, terminated, truncated: false, info: this.#info };
  }
}

registerEnv({ spec, summary: 'Three lives of five steps.', options: {}, create: () => new ThreeLives() });

it('lives end episodes of training, and games those of evaluation', async () => {
  const run = await openRun('dqn', spec.id, {
    ...{ wrappers: ['episodic-life'], seed: 1, steps: 60, saveTo: 'lives' },
    config: { hiddenSizes: [4], learningStarts: 50, bufferSize: 100 },
    evaluation: { everySteps: 30, episodes: 2 },
  });
  const trained: number[] = [];
  const judged: number[] = [];
  for await (const event of run.events()) {
    if (event.type === 'episode') trained.push(event.episodeLength);
    if (event.type === 'eval') judged.push(...event.lengths);
  }
  // Behind a lost life the reset plays a step of its own.
  expect(trained.slice(0, 3)).toEqual([5, 4, 4]);
  expect(judged).toEqual([15, 15, 15, 15]);
  expect((await run.evaluate({ episodes: 2 })).lengths).toEqual([15, 15]);
  const wrapped = makeVectorEnv(spec.id, 1, { wrappers: ['episodic-life'] });
  expect((await evaluate(run.agent, wrapped, 2, 1)).lengths).toEqual([5, 4]);
  run.dispose();
  const loaded = await load('lives');
  expect((await loaded.evaluate({ episodes: 2 })).lengths).toEqual([15, 15]);
  loaded.dispose();
});

it('only what eases learning is left out, and unknown wrappers are still refused', () => {
  expect(evaluationWrappers(['episodic-life', 'clip-reward', 'frame-stack:4', 'episodic-live'])).toEqual([
    'clip-reward',
    'frame-stack:4',
    'episodic-live',
  ]);
});
