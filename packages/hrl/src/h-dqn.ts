/**
 * Hierarchical DQN: a meta-controller chooses sub-goals, a controller learns to reach them by intrinsic rewards.
 *
 * Kulkarni, Narasimhan, Saeedi, Tenenbaum (2016), "Hierarchical Deep Reinforcement Learning: Integrating Temporal Abstraction and
 * Intrinsic Motivation", arXiv:1604.06057, algorithms 1 and 2. Both levels are the DQN of `@zpin/value-based`.
 *
 *   paper            here
 *   g ∈ 𝒢            subgoals, else those registered for the environment; indices of its `Subgoals`
 *   critic, r_t(g)   intrinsic reward: 1 when g is reached, else 0
 *   Q₁(s, a; θ₁, g)  controller: it sees the observation and its goal
 *   Q₂(s, g; θ₂)     meta-controller: its steps last until the goal is reached or the episode ends
 *   f_t              reward of the environment
 *   𝒟₁, 𝒟₂           bufferSize, metaBufferSize
 *   ε₁,g             falls from epsilonStart to epsilonEnd over explorationFraction of the run; sooner with the success rate of
 *                    the goal
 *   ε₂               falls linearly from metaEpsilonStart to metaEpsilonEnd over metaExplorationFraction of the run
 *   first phase      pretrainSteps: goals are random, and only the controller learns
 *
 * Deviations from the paper:
 * 1. The meta-controller is in a semi-Markov decision process: rewards on the way to a goal are discounted, and what follows
 *    counts γᵏ after k steps. Without `discountWithinGoals` they are summed, and it counts γ, as in the paper.
 * 2. The controller's episode ends when the goal is reached or the task ends; both levels bootstrap at a time limit.
 * 3. Adam, the Huber loss and a clipped gradient, as in `dqn`.
 */

import {
  type Agent,
  type AgentState,
  discrete,
  type EnvSpec,
  field,
  type MaybePromise,
  type OffPolicyAgent,
  type Progress,
  Rng,
  shareDone,
  type TransitionBatch,
  type UpdateResult,
} from '@zpin/contracts';
import {
  type Acting,
  Clock,
  type ConfigOf,
  type CreateOptions,
  configSchema,
  type Learner,
  type Memory,
  maskCheck,
  parseConfig,
  type ReplayAlgorithm,
  type ReplayTrainOptions,
  type TrainState,
  trainLearners,
} from '@zpin/core';
import { epsilonGreedy, qAgent, qNetwork, type ValueConfig, valueFields, valueUpdate } from '@zpin/value-based';
import { GoalInputs } from './goals/goal-inputs.ts';
import { GoalMemory } from './goals/goal-memory.ts';
import { GoalReplay, type Pursuit } from './goals/goal-replay.ts';
import { jointState, restoreJointState } from './goals/joint-state.ts';
import { subgoalsOf } from './goals/subgoals.ts';
import { SuccessRates } from './goals/success-rates.ts';
import { hDqnPresets } from './presets/h-dqn.ts';

// ---- configuration ----

const { nSteps: _, ...levelFields } = valueFields;

export const hDqnConfig = configSchema({
  ...levelFields,
  subgoals: field.texts({
    default: [],
    meaning:
      'sub-goals, such as key:36 or left:0<-0.9&1>0 (numbers of the observation); none: those registered for the environment',
  }),
  epsilonEnd: field.probability({
    default: 0.1,
    meaning: 'last probability of a random action, and that towards a goal always reached',
  }),
  explorationFraction: field.number({
    above: 0,
    max: 1,
    default: 0.5,
    meaning: 'share of the run over which epsilon falls; it falls sooner for goals that are reached more often',
  }),
  pretrainSteps: field.count({
    min: 0,
    default: 0,
    unit: 'environment steps',
    meaning: 'first steps, in which goals are random and only the controller learns',
  }),
  discountWithinGoals: field.boolean({
    default: true,
    meaning:
      'discount the rewards on the way to a goal, and what follows by γᵏ; else sum them, and discount it by γ, as the paper does',
  }),
  metaBufferSize: field.count({
    max: 100_000_000,
    default: 50_000,
    unit: 'transitions',
    meaning: 'capacity of the replay memory of the meta-controller (D₂)',
  }),
  metaLearningRate: field.scheduled({ min: 0, default: 1e-4, meaning: 'step size of Adam for the meta-controller' }),
  metaEpsilonStart: field.probability({ default: 1, meaning: 'first probability of a random goal (ε₂)' }),
  metaEpsilonEnd: field.probability({ default: 0.05, meaning: 'last probability of a random goal (ε₂)' }),
  metaExplorationFraction: field.number({
    above: 0,
    max: 1,
    default: 0.5,
    meaning: 'share of the run over which the probability of a random goal falls',
  }),
});

export type HDqnConfig = ConfigOf<typeof hDqnConfig>;

// ---- levels ----

/** Levels of the hierarchy. */
export type Level = 'controller' | 'meta';

type Levels = Readonly<Record<Level, OffPolicyAgent<ValueConfig>>>;

/** What each level asks for as a DQN. */
function levelConfigs(config: HDqnConfig): Readonly<Record<Level, ValueConfig>> {
  const controller = { ...config, nSteps: 1 };
  const meta = {
    ...controller,
    explorationFraction: config.metaExplorationFraction,
    bufferSize: config.metaBufferSize,
    learningRate: config.metaLearningRate,
    epsilonStart: config.metaEpsilonStart,
    epsilonEnd: config.metaEpsilonEnd,
    learningStarts: Math.max(config.learningStarts, config.pretrainSteps),
  };
  return { controller, meta };
}

interface LevelsOptions extends Pick<CreateOptions<never>, 'spec' | 'engine'>, Pick<Pursuit, 'inputs' | 'subgoals'> {
  readonly config: HDqnConfig;
  /** Generators of their seeds. */
  readonly rngs: Readonly<Record<Level, Rng>>;
}

/** Q₁(s, a; θ₁, g) on observations with their goals, and Q₂(s, g; θ₂), whose actions are goals. */
function levelsOf({ spec, engine, inputs, subgoals, config, rngs }: LevelsOptions): Levels {
  const configs = levelConfigs(config);
  const dqnOf = (algorithm: string, level: Level, levelSpec: EnvSpec) => {
    const network = qNetwork({ spec: levelSpec, config: configs[level], algorithm: 'h-dqn' });
    const options = { spec: levelSpec, seed: rngs[level].integers(0, 2 ** 53 - 1), engine };
    return qAgent(options, { algorithm, config: configs[level], network, ...valueUpdate(config) });
  };
  const { frameStack: _, hasActionMask: __, ...plain } = spec;
  return {
    controller: dqnOf('h-dqn', 'controller', { ...plain, observationSpace: inputs.space }),
    meta: dqnOf('h-dqn.meta', 'meta', { ...plain, actionSpace: discrete(subgoals.names.length) }),
  };
}

// ---- acting ----

interface GoalActing extends Pick<Acting, 'act'> {
  /** What is remembered from step to step. */
  readonly memory: Memory;
  readonly pursuit: Pursuit;
}

interface GoalActingOptions extends Pick<Pursuit, 'inputs' | 'subgoals'> {
  readonly spec: EnvSpec;
  readonly config: HDqnConfig;
  readonly levels: Levels;
  readonly actions: Pick<ReturnType<typeof qNetwork>, 'numActions' | 'firstAction'>;
  readonly rng: Rng;
}

/**
 * Where there is no goal, the meta-controller chooses one, ε₂-greedily; the controller acts towards it, ε₁,g-greedily (algorithm
 * 1).
 */
function goalActing({ config, levels, inputs, subgoals, spec, actions, rng }: GoalActingOptions): GoalActing {
  const training = new GoalMemory(spec.observationSpace, subgoals);
  // Evaluation must not touch the episodes of training.
  const evaluation = new GoalMemory(spec.observationSpace, subgoals);
  const rates = new SuccessRates(subgoals.names.length);
  const clock = new Clock();
  let seen = inputs.rows(config.numEnvs);
  const checkMask = maskCheck('h-dqn', spec);

  /** ε₁,g: falls with time, and sooner the more often the goal is reached. */
  function epsilonOf(goal: number): number {
    const { epsilonStart, epsilonEnd, explorationFraction, learningStarts } = config;
    if (clock.step < learningStarts) return 1;
    const fall = Math.max(Math.min(1, shareDone(clock) / explorationFraction), rates.of(goal));
    return epsilonStart + (epsilonEnd - epsilonStart) * fall;
  }

  return {
    memory: { actionRng: rng, goals: training, rates, ...clock.memory },
    pursuit: {
      subgoals,
      inputs,
      get goals() {
        return training.goals;
      },
      get isPretraining() {
        return clock.step + config.numEnvs <= config.pretrainSteps;
      },
      count: (goal, isReached) => rates.count(goal, isReached),
    },

    async act(obs, mode, mask, start, progress) {
      checkMask(obs, mask);
      if (progress) clock.set(progress);
      const memory = mode === 'explore' ? training : evaluation;
      if (memory.arrive(obs, start)) memory.choose(await levels.meta.act(obs, mode, undefined, undefined, progress));
      const { goals } = memory;
      if (seen.length !== goals.length * inputs.width) seen = inputs.rows(goals.length);
      const greedy = () => levels.controller.act(inputs.write(obs, goals, seen), 'exploit', mask);
      if (mode === 'exploit') return greedy();
      const epsilon = Array.from(goals, epsilonOf);
      return epsilonGreedy({ ...actions, epsilon, rows: goals.length, rng, greedy, ...(mask && { mask }) });
    },
  };
}

// ---- agent ----

/** An agent of two levels, each a DQN. */
export interface HDqnAgent extends Agent<HDqnConfig>, Pick<OffPolicyAgent, 'numEnvs' | 'trainEverySteps' | 'gradientSteps'> {
  /** The goals of training. */
  readonly pursuit: Pursuit;
  /**
   * Learns from actions and intrinsic rewards for the controller, from goals and rewards of the environment for the
   * meta-controller.
   */
  update(level: Level, batch: TransitionBatch, progress: Progress): MaybePromise<UpdateResult>;
}

/**
 * Builds an h-DQN agent.
 * @throws SpaceError unless actions are `Discrete` @throws InputError when the environment has no sub-goals
 */
function create({ spec, config: given, seed, engine }: CreateOptions<HDqnConfig>): HDqnAgent {
  const config = parseConfig(hDqnConfig, given, 'h-dqn');
  const { numEnvs, trainEverySteps, gradientSteps } = config;
  // Refuses actions before it asks for sub-goals.
  const actions = qNetwork({ spec, config, algorithm: 'h-dqn' });
  const subgoals = subgoalsOf('h-dqn', spec, config.subgoals);
  const inputs = new GoalInputs(spec.observationSpace, subgoals);
  const [controller, meta, rng] = new Rng(seed).spawn(3);
  const levels = levelsOf({ spec, engine, inputs, subgoals, config, rngs: { controller, meta } });
  const { act, pursuit, memory } = goalActing({ config, levels, inputs, subgoals, spec, actions, rng });

  return {
    ...{ algorithm: 'h-dqn', config, spec, numEnvs, trainEverySteps, gradientSteps, pursuit, act },
    update: (level, batch, progress) => levels[level].update(batch, progress),
    state: () => jointState(levels, memory),
    // A state of before says how far the run was for each level alone.
    restore: state => restoreJointState(levels, memory, { ...(state.controller as AgentState), ...state }),

    dispose() {
      levels.controller.dispose();
      levels.meta.dispose();
    },
  };
}

/** Trains both levels, each on a memory of its own. */
function train(options: ReplayTrainOptions<HDqnAgent>) {
  const { agent, env, resume } = options;
  const { config, pursuit } = agent;
  const hasActionMask = env.createStep().actionMask !== undefined;
  const replay = new GoalReplay({ spec: env.spec, numEnvs: env.numEnvs, hasActionMask, pursuit, config });
  const learner = (level: Level): Learner => {
    const { batchSize, learningStarts } = levelConfigs(config)[level];
    const update: Learner['update'] = (batch, progress) => agent.update(level, batch, progress);
    return { batchSize, learningStarts, source: replay[level], update };
  };
  const learners = { controller: learner('controller'), meta: learner('meta') };
  return trainLearners({ ...options, ...(resume && { resume: withReplay(resume) }), replay, learners });
}

/** The state of a run, where an earlier version may have kept the memories in another place. */
function withReplay({ memories, steps, ...state }: TrainState): TrainState {
  return memories ? { ...state, replay: { ...(memories as AgentState), steps } } : state;
}

/** DQN on two levels, for discrete actions in environments with sub-goals. */
export const hDqn: ReplayAlgorithm<HDqnConfig, HDqnAgent> = {
  id: 'h-dqn',
  title: 'Hierarchical DQN (meta-controller and controller)',
  paper: 'Kulkarni et al. 2016, "Hierarchical Deep Reinforcement Learning", arXiv:1604.06057',
  learnsFrom: 'replay',
  spaces: { actions: ['discrete'] },
  config: hDqnConfig,
  presets: hDqnPresets,
  copies: ({ numEnvs }) => numEnvs,
  // Its two memories are filled with goals that only the agent knows.
  replay: () => null,
  create,
  train,
};
