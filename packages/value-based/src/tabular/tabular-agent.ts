import * as tf from '@tensorflow/tfjs-core';
import {
  type ActMode,
  type Agent,
  type AgentState,
  CheckpointError,
  describeSpace,
  type EnvSpec,
  type Metrics,
  message,
  type NumericArray,
  type Progress,
  Rng,
  type RngState,
  SpaceError,
  shareDone,
  valueAt,
} from '@zpin/contracts';
import { Clock, type CreateOptions, layout, maskCheck, type PolicyNetwork, type PolicyOptions } from '@zpin/core';
import { randomAction } from '../q-learner/epsilon-greedy.ts';
import { bestAction, discreteActions } from '../q-learner/q-network.ts';
import { ActionTable } from './action-table.ts';
import type { TabularConfig } from './tabular-fields.ts';
import { TdErrors } from './td-errors.ts';
import { TraceMemory, type Traces } from './trace-memory.ts';

/** What one step of N environments gave, as tabular agents learn from it. */
export interface TabularStep {
  /** `[N]` */
  readonly obs: NumericArray;
  /** `[N]` */
  readonly action: NumericArray;
  /** `[N]` */
  readonly reward: Float32Array;
  /** `[N]`: true successors. */
  readonly nextObs: NumericArray;
  /** `[N]`: what will be played next; where the episode goes on, that is A′. */
  readonly nextAction: NumericArray;
  /** `[N]` */
  readonly terminated: Uint8Array;
  /** `[N]` */
  readonly truncated: Uint8Array;
  /** `[N, A]`: legal actions in `nextObs`. */
  readonly nextActionMask?: Uint8Array;
}

/** Learns a table from every step. */
export interface TabularAgent<Config = unknown> extends Agent<Config> {
  readonly numEnvs: number;
  readonly reportEverySteps: number;
  /** Q(s, a), `[S, A]`. */
  readonly table: Float32Array;
  act(obs: NumericArray, mode: ActMode, mask?: Uint8Array, start?: Uint8Array, progress?: Progress): Int32Array;
  /** @param progress as for `act`: when the action of the step was chosen; omitted: as it was last told */
  learn(step: TabularStep, progress?: Progress): void;
  /** Ends the episodes in progress, which nothing follows. */
  cut(): void;
  /** What was learned since the last report. */
  metrics(): Metrics;
  /** The same; the next one begins anew. */
  report(): Metrics;
}

/** The state that follows, as a rule sees it. */
export interface Successor {
  state: number;
  /** A′ by its index, drawn from the policy that explores. */
  action: number;
  /** Probability with which that policy acts at random. */
  epsilon: number;
  mask: Uint8Array | undefined;
}

export interface TabularRule<Config> {
  readonly algorithm: string;
  readonly config: Config & TabularConfig;
  /** The value of what follows, which the target discounts: the one line in which the algorithms differ. */
  nextValue(table: ActionTable, next: Successor): number;
  readonly traces?: Traces;
}

/** An agent that learns a table by `rule`. @throws SpaceError unless observations and actions are `Discrete` */
export function tabularAgent<Config>(
  { spec, seed }: CreateOptions<Config>,
  { algorithm, config, nextValue, traces }: TabularRule<Config>,
): TabularAgent<Config> {
  const { numStates, numActions, firstState, firstAction } = tabularSizes(spec, algorithm);
  const table = new ActionTable(numStates, numActions, config.initialValue);
  const memory = traces && Array.from({ length: config.numEnvs }, () => new TraceMemory(table, traces));
  const [rng] = new Rng(seed).spawn(1);
  let ties = config.ties === 'random' ? rng : undefined;
  const checkMask = maskCheck(algorithm, spec);
  const clock = new ScheduleClock(config);
  const successor: Successor = { state: 0, action: 0, epsilon: clock.epsilon, mask: undefined };
  let actions = new Int32Array(config.numEnvs);
  const errors = new TdErrors(() => ({ epsilon: clock.epsilon, learningRate: clock.learningRate }));

  const explore = (state: number, mask?: Uint8Array) =>
    rng.random() < clock.epsilon ? randomAction(numActions, rng, mask) : table.best(state, mask, ties);
  const row = (mask: Uint8Array | undefined, i: number) => mask?.subarray(i * numActions, (i + 1) * numActions);

  return {
    algorithm,
    config,
    spec,
    numEnvs: config.numEnvs,
    reportEverySteps: config.reportEverySteps,
    table: table.values,

    act(obs, mode, mask, _start, progress) {
      if (progress) clock.set(progress);
      checkMask(obs, mask);
      if (actions.length !== obs.length) actions = new Int32Array(obs.length);
      for (let i = 0; i < obs.length; i++) {
        const state = obs[i] - firstState;
        actions[i] = firstAction + (mode === 'explore' ? explore(state, row(mask, i)) : table.best(state, row(mask, i)));
      }
      return actions;
    },

    learn({ obs, action, reward, nextObs, nextAction, terminated, truncated, nextActionMask }, progress) {
      if (progress) clock.set(progress);
      for (let i = 0; i < obs.length; i++) {
        const state = obs[i] - firstState;
        let target = reward[i];
        if (!terminated[i]) {
          successor.state = nextObs[i] - firstState;
          successor.mask = row(nextActionMask, i);
          successor.epsilon = clock.epsilon;
          // What is played next belongs to another episode, so the action that the time limit cut off is drawn here.
          successor.action = truncated[i] ? explore(successor.state, successor.mask) : nextAction[i] - firstAction;
          target += config.gamma * nextValue(table, successor);
        }
        const pair = state * numActions + action[i] - firstAction;
        const error = target - table.values[pair];
        const change = clock.learningRate * error;
        if (memory) memory[i].learn(pair, change, config.gamma, Boolean(terminated[i] || truncated[i]));
        else table.values[pair] += change;
        errors.add(error);
      }
    },

    cut() {
      for (const trace of memory ?? []) trace.clear();
    },

    metrics: () => errors.metrics(),
    report: () => errors.report(),

    state(): AgentState {
      const { step, totalSteps: plannedSteps } = clock;
      return {
        ...{ vectors: { table: table.values.slice() }, rng: rng.state(), step, plannedSteps, ...errors.state() },
        ...(memory && { traces: memory.map(trace => trace.state()) }),
        ...(ties && { ties: 'random' }),
      };
    },

    restore(state) {
      checkState(`${algorithm}.restore`, state, table.values.length, memory?.length ?? 0);
      table.values.set((state.vectors as Record<'table', Float32Array>).table);
      rng.restore(state.rng as RngState);
      errors.restore(state);
      // Runs of the first version always tried the first, and go on so.
      ties = state.ties === 'random' ? rng : undefined;
      for (const [i, trace] of (memory ?? []).entries()) trace.restore((state.traces as readonly AgentState[])[i]);
      clock.set({ step: state.step as number, totalSteps: state.plannedSteps as number });
    },

    policy: () => ({ algorithm, config: { ...config } as Record<string, never>, spec, weights: table.values.slice() }),

    dispose() {},
  };
}

/** How far the run is, with the values that its schedules have there: they are asked for several times in each step. */
class ScheduleClock extends Clock {
  epsilon: number;
  learningRate: number;
  readonly #config: TabularConfig;

  constructor(config: TabularConfig) {
    super();
    this.#config = config;
    this.epsilon = config.epsilonStart;
    this.learningRate = valueAt(config.learningRate, 0);
  }

  override set(progress: Progress): void {
    if (progress.step === this.step && progress.totalSteps === this.totalSteps) return;
    super.set(progress);
    const { epsilonStart: from, epsilonEnd: to, explorationFraction: end, learningRate } = this.#config;
    this.epsilon = valueAt({ type: 'linear', from, to, end }, shareDone(this));
    this.learningRate = valueAt(learningRate, shareDone(this));
  }
}

/** Sizes of a table `[S, A]`, and the values of the spaces that its first row and column stand for. */
export interface TabularSizes {
  /** S */
  readonly numStates: number;
  /** A */
  readonly numActions: number;
  readonly firstState: number;
  readonly firstAction: number;
}

/** The policy that is greedy in a table of weights. */
export function tabularPolicy({ spec }: PolicyOptions<unknown>, algorithm: string): PolicyNetwork {
  const { numStates, numActions, firstState, firstAction } = tabularSizes(spec, algorithm);
  return {
    layout: layout([['table', [numStates, numActions]]]),
    act({ table }, obs, mask) {
      const state = tf.reshape(tf.sub(obs, tf.scalar(firstState, 'int32')), [-1]);
      return bestAction(tf.gather(table, tf.cast(state, 'int32')), { numActions, firstAction }, mask);
    },
  };
}

/**
 * States and actions of a table, and the first of each.
 * @param algorithm named in errors @throws SpaceError unless observations and actions are `Discrete`
 */
export function tabularSizes(spec: EnvSpec, algorithm: string): TabularSizes {
  const { id, observationSpace } = spec;
  if (observationSpace.type !== 'discrete') {
    const bounds = 'bounds too where the space has none';
    const remedy = `Use dqn, or sort them into bins: --wrap discretize-observation:20, with ${bounds}`;
    throw new SpaceError(message(algorithm, `observations of ${id} must be Discrete`, describeSpace(observationSpace), remedy));
  }
  return { numStates: observationSpace.n, firstState: observationSpace.start, ...discreteActions(spec, algorithm) };
}

/**
 * Checks all of a state before anything is taken from it.
 * @throws CheckpointError unless it is one of `pairs` values and `numTraces` traces
 */
function checkState(where: string, state: AgentState, pairs: number, numTraces: number): void {
  const { vectors, traces = [], rng, ties: _, ...counters } = state;
  const check = (isRight: boolean, expectation: string, found: unknown) => {
    const remedy = 'Resume with the environment and the settings of the run';
    if (!isRight) throw new CheckpointError(message(where, expectation, found, remedy));
  };
  const { table } = (vectors ?? {}) as Partial<Record<'table', unknown>>;
  const length = table instanceof Float32Array ? table.length : 'none';
  check(length === pairs, `the table must have ${pairs} values`, length);
  const memories = traces as readonly AgentState[];
  check(memories.length === numTraces, `there must be traces of ${numTraces} environments`, memories.length);
  for (const trace of memories) check(TraceMemory.fits(trace, pairs), `traces must be of ${pairs} pairs`, trace);
  check(isRngState(rng), 'rng must be the state of a generator', rng);
  for (const name of ['step', 'plannedSteps', 'errorSum', 'errors']) {
    check(typeof counters[name] === 'number', `${name} must be a number`, counters[name]);
  }
}

function isRngState(state: unknown): state is RngState {
  try {
    Rng.fromState(state as RngState);
    return true;
  } catch {
    return false;
  }
}
