import {
  type MaybePromise,
  type OfflineAgent,
  type OffPolicyAgent,
  type Progress,
  type Schedule,
  shareDone,
  type TransitionBatch,
} from '@zpin/contracts';
import type { InputShape, ProgramResult } from '../program/program.ts';
import { type AgentShellOptions, agentShell } from './agent-shell.ts';
import { maskCheck } from './mask-check.ts';
import { importanceWeights, scheduledInputs } from './scratch.ts';
import { Clock } from './stateful.ts';

/** A batch as an update takes it, with noise and schedules under the names `Name`. */
export type LearnInputs<Name extends string> = TransitionBatch & {
  /** `[B]`: importance weights, 1 where the batch has none. */
  readonly weight: Float32Array;
} & Readonly<Record<Name, Float32Array>>;

export interface BatchAgentOptions<Config, Noise extends string, Rate extends string> extends AgentShellOptions<Config> {
  /** Values that change over the run, by the names under which the update takes them, `[1]` each. */
  readonly schedules: Readonly<Record<Rate, Schedule>>;
  /** Draws the noise of one update, by the names under which it takes it; none when omitted. */
  readonly noise?: (rows: number) => Readonly<Record<Noise, Float32Array>>;
  /** Runs one update. Its output `error` `[B]`, if there is one, becomes the new priorities. */
  learn(
    inputs: LearnInputs<NoInfer<Noise | Rate>>,
    progress: Progress,
  ): MaybePromise<ProgramResult<'error'> | ProgramResult<never>>;
}

/**
 * The agent around an update on batches of transitions, wherever they come from and however many they are: schedules, noise,
 * importance weights, priorities, normalised observations, checkpoints. The algorithm itself is in `learn`.
 */
export function learningAgent<Config, Noise extends string = never, Rate extends string = never>(
  options: BatchAgentOptions<Config, Noise, Rate>,
): Omit<OfflineAgent<Config>, 'batchSize'> {
  const { acting, normalizer, learn } = options;
  const clock = new Clock();
  const rates = scheduledInputs(options.schedules);
  const drawNoise = options.noise ?? (() => ({}) as Readonly<Record<Noise, Float32Array>>);
  const weightsOf = importanceWeights();
  const checkMask = maskCheck(options.algorithm, options.spec);
  const memory = { ...options.memory, ...clock.memory, ...(normalizer && { observations: normalizer }) };

  return {
    ...agentShell({ ...options, memory }),

    act(obs, mode, mask, start, progress) {
      checkMask(obs, mask);
      if (progress) clock.set(progress);
      if (!normalizer) return acting.act(obs, mode, mask, start, clock);
      // The last observation of an episode, on which nobody acts, is not among the statistics, nor is a goal in hindsight.
      if (mode === 'explore') normalizer.add(obs);
      return acting.act(normalizer.normalize(obs, 'act'), mode, mask, start, clock);
    },

    async update(batch, progress) {
      clock.set(progress);
      const seen = normalizer && {
        obs: normalizer.normalize(batch.obs, 'obs'),
        nextObs: normalizer.normalize(batch.nextObs, 'nextObs'),
      };
      const inputs = {
        ...batch,
        ...seen,
        weight: weightsOf(batch),
        ...drawNoise(batch.size),
        ...rates(shareDone(progress)),
      };
      const { outputs, metrics } = await learn(inputs, progress);
      const { error } = outputs as ProgramResult<'error'>['outputs'];
      return { metrics, ...(error && { priorities: error as Float32Array }) };
    },
  };
}

/** `learningAgent` for batches of one size, of a data set or of a replay memory. */
export function batchAgent<
  Config extends { readonly batchSize: number },
  Noise extends string = never,
  Rate extends string = never,
>(options: BatchAgentOptions<Config, Noise, Rate>): OfflineAgent<Config> {
  return { ...learningAgent(options), batchSize: options.config.batchSize };
}

/** Settings of every algorithm that learns from a replay memory while it plays. */
export interface ReplayAgentConfig {
  readonly numEnvs: number;
  readonly batchSize: number;
  readonly learningStarts: number;
  readonly trainEverySteps: number;
  readonly gradientSteps: number;
}

/** `batchAgent` for an algorithm that plays, and learns from what it keeps in a replay memory. */
export function replayAgent<Config extends ReplayAgentConfig, Noise extends string = never, Rate extends string = never>(
  options: BatchAgentOptions<Config, Noise, Rate>,
): OffPolicyAgent<Config> {
  const { numEnvs, learningStarts, trainEverySteps, gradientSteps } = options.config;
  return { ...batchAgent(options), numEnvs, learningStarts, trainEverySteps, gradientSteps };
}

/**
 * Inputs of an update program that every batch of transitions has.
 * @param obs shape of observations @param action shape of actions
 */
export function transitionInputs<Obs extends InputShape, Action extends InputShape>(obs: Obs, action: Action) {
  return { obs, action, reward: ['batch'], nextObs: obs, discount: ['batch'], weight: ['batch'] } as const;
}
