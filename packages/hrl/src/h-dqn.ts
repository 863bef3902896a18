/**
 * Hierarchical DQN: a meta-controller chooses sub-goals, a controller learns to reach them by intrinsic rewards.
 *
 * Kulkarni, Narasimhan, Saeedi, Tenenbaum (2016), "Hierarchical Deep Reinforcement Learning: Integrating Temporal Abstraction and Intrinsic
 * Motivation", arXiv:1604.06057, algorithms 1 and 2. Both levels are the DQN of `@zpin/value-based`.
 *
 *   paper            here
 *   g ∈ 𝒢            goals, indices of the environment's `Subgoals`
 *   critic, r_t(g)   intrinsic reward: 1 when g is reached, else 0
 *   Q₁(s, a; θ₁, g)  controller: it sees the observation and its goal
 *   Q₂(s, g; θ₂)     meta-controller: its steps last until the goal is reached or the episode ends
 *   f_t              reward of the environment
 *   𝒟₁, 𝒟₂           bufferSize, metaBufferSize
 *   ε₁,g             falls from epsilonStart to epsilonEnd over explorationFraction of the run; sooner with the success rate of the goal
 *   ε₂               falls linearly from metaEpsilonStart to metaEpsilonEnd over metaExplorationFraction of the run
 *   first phase      pretrainSteps: goals are random, and only the controller learns
 *
 * Deviations from the paper:
 * 1. The meta-controller is in a semi-Markov decision process: rewards on the way to a goal are discounted, and what follows counts γᵏ after k
 *    steps. Without `discountWithinGoals` they are summed, and it counts γ, as in the paper.
 * 2. The controller's episode ends when the goal is reached or the task ends; both levels bootstrap at a time limit.
 * 3. Adam, the Huber loss and a clipped gradient, as in `dqn`.
 */

import {
  type Agent,
  type AgentState,
  discrete,
  type MaybePromise,
  type Metrics,
  type NumericArray,
  Rng,
  type RngState,
  type TransitionBatch,
} from '@zpin/contracts';
import {
  type Algorithm,
  type CreateOptions,
  count,
  field,
  parseConfig,
  probability,
  scheduled,
  type TrainOptions,
} from '@zpin/core';
import { qAgent, qNetwork, randomAction, type ValueConfig, valueFields, valueUpdate } from '@zpin/value-based';
import { z } from 'zod';
import { GoalInputs } from './goal-inputs.ts';
import { GoalMemory } from './goal-memory.ts';
import { hDqnPresets } from './h-dqn-presets.ts';
import { type Subgoals, subgoalsOf } from './subgoals.ts';
import { SuccessRates } from './success-rates.ts';
import { trainHDqn } from './train-h-dqn.ts';

// ---- configuration ----

const { nSteps: _, ...levelFields } = valueFields;

export const hDqnConfig = z.strictObject({
  ...levelFields,
  epsilonEnd: probability({
    default: 0.1,
    meaning: 'last probability of a random action, and that towards a goal always reached',
  }),
  explorationFraction: field(z.number().gt(0).max(1), {
    default: 0.5,
    meaning: 'share of the run over which epsilon falls; it falls sooner for goals that are reached more often',
  }),
  pretrainSteps: count({
    min: 0,
    default: 0,
    unit: 'environment steps',
    meaning: 'first steps, in which goals are random and only the controller learns',
  }),
  discountWithinGoals: field(z.boolean(), {
    default: true,
    meaning:
      'discount the rewards on the way to a goal, and what follows by γᵏ; else sum them, and discount it by γ, as the paper does',
  }),
  metaBufferSize: count({
    max: 100_000_000,
    default: 50_000,
    unit: 'transitions',
    meaning: 'capacity of the replay memory of the meta-controller (D₂)',
  }),
  metaLearningRate: scheduled(z.number().nonnegative(), { default: 1e-4, meaning: 'step size of Adam for the meta-controller' }),
  metaEpsilonStart: probability({ default: 1, meaning: 'first probability of a random goal (ε₂)' }),
  metaEpsilonEnd: probability({ default: 0.05, meaning: 'last probability of a random goal (ε₂)' }),
  metaExplorationFraction: field(z.number().gt(0).max(1), {
    default: 0.5,
    meaning: 'share of the run over which the probability of a random goal falls',
  }),
});

export type HDqnConfig = z.output<typeof hDqnConfig>;

// ---- agent ----

/** Levels of the hierarchy. */
export type Level = 'controller' | 'meta';

/** An agent of two levels, as its loop sees it. */
export interface HDqnAgent extends Agent<HDqnConfig> {
  readonly numEnvs: number;
  readonly subgoals: Subgoals;
  /** What the controller reads. */
  readonly inputs: GoalInputs;
  /** `[N]`: the goals with which the last actions of training were chosen. */
  readonly goals: Int32Array;
  /** As `OffPolicyAgent.progress`. */
  progress(step: number, totalSteps: number): void;
  /** Counts an attempt at a goal that is over. */
  count(goal: number, isReached: boolean): void;
  /** Learns from a batch: actions and intrinsic rewards for the controller, goals and rewards of the environment for the meta-controller. */
  update(level: Level, batch: TransitionBatch): MaybePromise<Metrics>;
}

/** What `qAgent` asks for, of one level. */
function levelConfig(config: HDqnConfig, level: Level): ValueConfig {
  const { metaBufferSize, metaLearningRate, metaEpsilonStart, metaEpsilonEnd, metaExplorationFraction, pretrainSteps } = config;
  const common = { ...config, nSteps: 1 };
  if (level === 'controller') return common;
  return {
    ...common,
    explorationFraction: metaExplorationFraction,
    bufferSize: metaBufferSize,
    learningRate: metaLearningRate,
    epsilonStart: metaEpsilonStart,
    epsilonEnd: metaEpsilonEnd,
    learningStarts: Math.max(config.learningStarts, pretrainSteps),
  };
}

/**
 * Builds an h-DQN agent.
 * @throws SpaceError unless actions are `Discrete` @throws InputError when the environment has no sub-goals
 */
function create({ spec, config: given, seed, engine }: CreateOptions<HDqnConfig>): HDqnAgent {
  const config = parseConfig(hDqnConfig, given, 'h-dqn');
  const makeLevel = (level: Level, levelSpec: typeof spec, rng: Rng) => {
    const own = levelConfig(config, level);
    const network = qNetwork({ spec: levelSpec, config: own, algorithm: 'h-dqn' });
    const options = { spec: levelSpec, seed: rng.integers(0, 2 ** 31), engine };
    return qAgent(options, { algorithm: level === 'meta' ? 'h-dqn.meta' : 'h-dqn', config: own, network, ...valueUpdate(own) });
  };
  // Refuses actions before it asks for sub-goals.
  const { numActions } = qNetwork({ spec, config, algorithm: 'h-dqn' });
  const subgoals = subgoalsOf('h-dqn', spec);
  const { observationSpace } = spec;
  const inputs = new GoalInputs(observationSpace, subgoals);
  const [controllerRng, metaRng, actionRng] = new Rng(seed).spawn(3);
  const { frameStack: _, ...plainSpec } = spec;
  const levels = {
    controller: makeLevel('controller', { ...plainSpec, observationSpace: inputs.space }, controllerRng),
    meta: makeLevel('meta', { ...plainSpec, actionSpace: discrete(subgoals.names.length) }, metaRng),
  };
  const training = new GoalMemory(observationSpace, subgoals);
  // Evaluation must not touch the episodes of training.
  const evaluation = new GoalMemory(observationSpace, subgoals);
  const rates = new SuccessRates(subgoals.names.length);
  /** How far the fall of ε₁ is by the step alone, in [0, 1]. */
  let fall = 0;
  let isWarmingUp = true;
  let seen = new Float32Array(0);
  let actions = new Int32Array(0);

  /** Observations with their goals, `[N, W + E]`. */
  function look(obs: NumericArray, goals: Int32Array): Float32Array {
    const size = goals.length * inputs.space.shape[0];
    if (seen.length !== size) seen = new Float32Array(size);
    return inputs.write(obs, goals, seen);
  }

  /** ε₁,g: falls with time, and sooner the more often the goal is reached. */
  function epsilonOf(goal: number): number {
    const { epsilonStart, epsilonEnd } = config;
    return isWarmingUp ? 1 : epsilonStart + (epsilonEnd - epsilonStart) * Math.max(fall, rates.of(goal));
  }

  async function explore(obs: NumericArray, mask: Uint8Array | undefined): Promise<Int32Array> {
    const { goals } = training;
    if (actions.length !== goals.length) actions = new Int32Array(goals.length);
    let greedy: NumericArray | undefined;
    for (let i = 0; i < goals.length; i++) {
      if (actionRng.random() < epsilonOf(goals[i])) {
        actions[i] = randomAction(numActions, actionRng, mask?.subarray(i * numActions, (i + 1) * numActions));
      } else {
        greedy ??= await levels.controller.act(look(obs, goals), 'exploit', mask);
        actions[i] = greedy[i];
      }
    }
    return actions;
  }

  return {
    algorithm: 'h-dqn',
    config,
    numEnvs: config.numEnvs,
    subgoals,
    inputs,

    get goals() {
      return training.goals;
    },

    progress(step, totalSteps) {
      isWarmingUp = step < config.learningStarts;
      fall = Math.min(1, step / totalSteps / config.explorationFraction);
      levels.controller.progress(step, totalSteps);
      levels.meta.progress(step, totalSteps);
    },

    async act(obs, mode, mask, start) {
      const memory = mode === 'explore' ? training : evaluation;
      if (memory.arrive(obs, start)) memory.choose(await levels.meta.act(obs, mode));
      if (mode === 'explore') return explore(obs, mask);
      return levels.controller.act(look(obs, memory.goals), 'exploit', mask);
    },

    count: (goal, isReached) => rates.count(goal, isReached),
    update: (level, batch) => levels[level].update(batch),

    async state(): Promise<AgentState> {
      const { vectors: controllerVectors, ...controller } = await levels.controller.state();
      const { vectors: metaVectors, ...meta } = await levels.meta.state();
      const vectors = { ...prefixed('controller.', controllerVectors), ...prefixed('meta.', metaVectors) };
      const own = { actionRng: actionRng.state(), goals: training.state(), rates: rates.state(), fall, isWarmingUp };
      return { vectors, controller, meta, ...own };
    },

    async restore(state) {
      const vectors = state.vectors as Vectors;
      for (const level of ['controller', 'meta'] as const) {
        await levels[level].restore({ ...(state[level] as AgentState), vectors: withoutPrefix(`${level}.`, vectors) });
      }
      actionRng.restore(state.actionRng as RngState);
      training.restore(state.goals as Int32Array);
      rates.restore(state.rates as AgentState);
      fall = state.fall as number;
      isWarmingUp = state.isWarmingUp as boolean;
    },

    dispose() {
      levels.controller.dispose();
      levels.meta.dispose();
    },
  };
}

type Vectors = Readonly<Record<string, Float32Array>>;

function prefixed(prefix: string, vectors: AgentState[string]): Vectors {
  return Object.fromEntries(Object.entries(vectors as Vectors).map(([name, values]) => [prefix + name, values]));
}

function withoutPrefix(prefix: string, vectors: Vectors): Vectors {
  const own = Object.entries(vectors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, values]) => [name.slice(prefix.length), values]));
}

/** DQN on two levels, for discrete actions in environments with sub-goals. */
export const hDqn: Algorithm<HDqnConfig> = {
  id: 'h-dqn',
  title: 'Hierarchical DQN (meta-controller and controller)',
  paper: 'Kulkarni et al. 2016, "Hierarchical Deep Reinforcement Learning", arXiv:1604.06057',
  config: hDqnConfig,
  presets: hDqnPresets,
  create,
  train: options => trainHDqn(options as TrainOptions<HDqnAgent>),
};
