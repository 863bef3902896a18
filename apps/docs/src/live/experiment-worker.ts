import type { Agent } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { type AnyEnv, loadEnv, makeEnv } from '@zpin/envs';
import { isAlgorithmId, openRun } from 'zpin';
import { FollowingArm } from './arm-target.ts';
import { Demo } from './demo.ts';
import { type Experiment, Values } from './experiment.ts';
import type { ExperimentReport, ExperimentSettings, OptionPicture, Picture, Target } from './experiment-messages.ts';
import { experimentOf } from './experiments.ts';
import { learnedVectors, vectorOf } from './learned-vectors.ts';
import { optionPicture } from './option-picture.ts';
import { servePage, showLearned, trainShown } from './serve-page.ts';

/** Milliseconds between two reports. */
const REPORT_EVERY = 40;
/** Milliseconds between two pictures of options. */
const OPTIONS_EVERY = 250;

let arm: FollowingArm | null = null;
const page = servePage<ExperimentReport, ExperimentSettings, Target>(train, target => arm?.point(target));

async function train({ experiment: id, values }: ExperimentSettings): Promise<void> {
  const experiment = experimentOf(id);
  const read = new Values(values);
  const { algorithm, env, data, options } = experiment.plan(read);
  if (!isAlgorithmId(algorithm)) throw new Error(`The algorithm must be one of zpin's, got ${algorithm}.`);
  const seed = read.number('seed');
  const engine = await createEngine('wasm');
  // Few experiments need what records data.
  const dataset = data && (await (await import('./recorded-data.ts')).recordedData(env, data, seed));
  const run = await openRun(algorithm, env, { ...options, ...(dataset && { dataset }), engine, seed });
  const { steps: totalSteps, envOptions = {} } = run.description;
  page.report({ type: 'ready', engine: run.engine, totalSteps });

  await loadEnv(env);
  const demo = new Demo(run.agent, demoEnv(experiment, env, envOptions), seed, experiment.stepsPerSecond);
  const learnedOptions = new ShownOptions(run.agent, experiment);
  const show = async (progress: { step: number; seconds: number; episodes: Float32Array }, spent: number) => {
    const picture = await demo.play(spent / 1000);
    tell({ type: 'progress', ...progress, picture, options: await learnedOptions.look() });
  };
  const seconds = await trainShown(run, { pause: page.pause, reportEvery: REPORT_EVERY, tell: show });
  const { meanReturn, successRate = null } = await run.evaluate({ episodes: 100 });
  tell({ type: 'done', meanReturn, successRate });
  const rest = { step: totalSteps, seconds, episodes: new Float32Array(0) };
  await showLearned(page.pause, REPORT_EVERY, () => show(rest, REPORT_EVERY));
}

function demoEnv({ hasTarget }: Experiment, id: string, settings: Readonly<Record<string, unknown>>): AnyEnv {
  if (!hasTarget) return makeEnv(id, settings);
  arm = new FollowingArm();
  return arm;
}

/** What options have become, now and then. */
class ShownOptions {
  readonly #agent: Agent;
  readonly #isShown: boolean;
  #looked = Number.NEGATIVE_INFINITY;

  constructor(agent: Agent, { shows }: Experiment) {
    this.#agent = agent;
    this.#isShown = shows === 'options';
  }

  async look(): Promise<OptionPicture | null> {
    if (!this.#isShown || performance.now() - this.#looked < OPTIONS_EVERY) return null;
    this.#looked = performance.now();
    const vectors = await learnedVectors(this.#agent);
    const [critic, policies, terminations] = ['critic', 'policies', 'terminations'].map(name => vectorOf(vectors, name));
    return optionPicture({ critic, policies, terminations });
  }
}

/** Pictures are handed over, not copied. */
function tell(message: ExperimentReport): void {
  const picture: Picture | null = message.type === 'progress' ? message.picture : null;
  page.report(message, picture ? [picture.pixels.buffer] : []);
}
