import * as tf from '@tensorflow/tfjs';
import {
  type Agent,
  type AgentState,
  CheckpointError,
  describeSpace,
  type EnvSpec,
  type Metrics,
  message,
  type NumericArray,
  Rng,
  type RngState,
  SpaceError,
  valueAt,
} from '@zpin/contracts';
import {
  type CreateOptions,
  count,
  field,
  layout,
  type PolicyNetwork,
  type PolicyOptions,
  probability,
  scheduled,
} from '@zpin/core';
import { z } from 'zod';
import { checkMask, randomAction } from '../epsilon-greedy.ts';
import { maskQ } from '../mask-q.ts';
import { countActions } from '../q-network.ts';
import { ActionTable } from './action-table.ts';

/** Settings that all tabular algorithms have. */
export const tabularFields = {
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together, which share one table' }),
  learningRate: scheduled(z.number().min(0).max(1), {
    default: 0.1,
    meaning: 'share of the TD error that goes into the table (alpha)',
  }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  epsilonStart: probability({ default: 1, meaning: 'first probability of a random action' }),
  epsilonEnd: probability({ default: 0.05, meaning: 'last probability of a random action' }),
  explorationFraction: field(z.number().gt(0).max(1), { default: 0.5, meaning: 'share of the run over which epsilon falls' }),
  initialValue: field(z.number(), { default: 0, meaning: 'first value of every action; one too high makes the agent try all' }),
  reportEverySteps: count({ default: 1000, unit: 'environment steps', meaning: 'steps between two update events' }),
};

const tabularConfig = z.strictObject(tabularFields);
export type TabularConfig = z.output<typeof tabularConfig>;

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
  /** As `OffPolicyAgent.progress`. */
  progress(step: number, totalSteps: number): void;
  act(obs: NumericArray, mode: 'explore' | 'exploit', mask?: Uint8Array): Int32Array;
  learn(step: TabularStep): void;
  /** What was learned since the last report. */
  metrics(): Metrics;
  /** The same; the next one begins anew. */
  report(): Metrics;
}

/** The state that follows, as a rule sees it. */
export interface Successor {
  state: number;
  /** A′, drawn from the policy that explores. */
  action: number;
  /** Probability with which that policy acts at random. */
  epsilon: number;
  mask: Uint8Array | undefined;
}

/** Eligibility traces: how much of a TD error goes to the pairs visited before. */
export interface Traces {
  readonly lambda: number;
  readonly kind: 'accumulating' | 'replacing';
}

export interface TabularRule<Config> {
  readonly algorithm: string;
  readonly config: Config & TabularConfig;
  /** The value of what follows, which the target discounts: the one line in which the algorithms differ. */
  nextValue(table: ActionTable, next: Successor): number;
  readonly traces?: Traces;
}

/** An agent that learns a table by `rule`. @throws SpaceError unless observations and actions are `Discrete` */
export function tabularAgent<Config extends object>(
  { spec, seed }: CreateOptions<Config>,
  { algorithm, config, nextValue, traces }: TabularRule<Config>,
): TabularAgent<Config> {
  const { numStates, numActions, firstState } = tabularSizes(spec, algorithm);
  const table = new ActionTable(numStates, numActions, config.initialValue);
  const memory = traces && Array.from({ length: config.numEnvs }, () => new TraceMemory(table, traces));
  const rng = new Rng(seed);
  const epsilonSchedule = {
    type: 'linear',
    from: config.epsilonStart,
    to: config.epsilonEnd,
    end: config.explorationFraction,
  } as const;
  const successor: Successor = { state: 0, action: 0, epsilon: config.epsilonStart, mask: undefined };
  let actions = new Int32Array(config.numEnvs);
  let epsilon = config.epsilonStart;
  let learningRate = valueAt(config.learningRate, 0);
  let step = 0;
  let plannedSteps = 1;
  let errorSum = 0;
  let errors = 0;

  const explore = (state: number, mask?: Uint8Array) =>
    rng.random() < epsilon ? randomAction(numActions, rng, mask) : table.best(state, mask);
  const row = (mask: Uint8Array | undefined, i: number) => mask?.subarray(i * numActions, (i + 1) * numActions);

  function progress(now: number, totalSteps: number): void {
    step = now;
    plannedSteps = totalSteps;
    const share = now / totalSteps;
    epsilon = valueAt(epsilonSchedule, share);
    learningRate = valueAt(config.learningRate, share);
  }

  function metrics(): Metrics {
    const values = { tdError: errors === 0 ? 0 : errorSum / errors, epsilon, learningRate };
    return { names: Object.keys(values), read: () => values };
  }

  return {
    algorithm,
    config,
    numEnvs: config.numEnvs,
    reportEverySteps: config.reportEverySteps,
    table: table.values,
    progress,

    act(obs, mode, mask) {
      if (mask) checkMask(algorithm, mask, numActions);
      if (actions.length !== obs.length) actions = new Int32Array(obs.length);
      for (let i = 0; i < obs.length; i++) {
        const state = obs[i] - firstState;
        actions[i] = mode === 'explore' ? explore(state, row(mask, i)) : table.best(state, row(mask, i));
      }
      return actions;
    },

    learn({ obs, action, reward, nextObs, nextAction, terminated, truncated, nextActionMask }) {
      for (let i = 0; i < obs.length; i++) {
        const state = obs[i] - firstState;
        let target = reward[i];
        if (!terminated[i]) {
          successor.state = nextObs[i] - firstState;
          successor.mask = row(nextActionMask, i);
          successor.epsilon = epsilon;
          // What is played next belongs to another episode, so the action that the time limit cut off is drawn here.
          successor.action = truncated[i] ? explore(successor.state, successor.mask) : nextAction[i];
          target += config.gamma * nextValue(table, successor);
        }
        const error = target - table.value(state, action[i]);
        const pair = state * numActions + action[i];
        const change = learningRate * error;
        if (memory) memory[i].learn(pair, change, config.gamma, Boolean(terminated[i] || truncated[i]));
        else table.values[pair] += change;
        errorSum += Math.abs(error);
        errors++;
      }
    },

    metrics,

    report() {
      const reported = metrics();
      errorSum = 0;
      errors = 0;
      return reported;
    },

    state(): AgentState {
      const vectors = { table: table.values.slice() };
      const saved = { vectors, rng: rng.state(), step, plannedSteps, errorSum, errors };
      return memory ? { ...saved, traces: memory.map(trace => trace.state()) } : saved;
    },

    restore(state) {
      checkState(`${algorithm}.restore`, state, table.values.length, memory?.length ?? 0);
      table.values.set((state.vectors as Record<'table', Float32Array>).table);
      rng.restore(state.rng as RngState);
      errorSum = state.errorSum as number;
      errors = state.errors as number;
      for (const [i, trace] of (memory ?? []).entries()) trace.restore((state.traces as readonly AgentState[])[i]);
      progress(state.step as number, state.plannedSteps as number);
    },

    policy: () => ({ algorithm, config: { ...config } as Record<string, never>, spec, weights: table.values.slice() }),

    dispose() {},
  };
}

/** The policy that is greedy in a table of weights. */
export function tabularPolicy({ spec }: PolicyOptions<unknown>, algorithm: string): PolicyNetwork {
  const { numStates, numActions, firstState } = tabularSizes(spec, algorithm);
  return {
    layout: layout([['table', [numStates, numActions]]]),
    act({ table }, obs, mask) {
      const state = tf.reshape(tf.sub(obs, tf.scalar(firstState, 'int32')), [-1]);
      return tf.argMax(maskQ(tf.gather(table, tf.cast(state, 'int32')), mask), 1);
    },
  };
}

function tabularSizes(spec: EnvSpec, algorithm: string) {
  const { id, observationSpace } = spec;
  if (observationSpace.type !== 'discrete') {
    const bounds = 'bounds too where the space has none';
    const remedy = `Use dqn, or sort them into bins: --wrap discretize-observation:20, with ${bounds}`;
    throw new SpaceError(message(algorithm, `observations of ${id} must be Discrete`, describeSpace(observationSpace), remedy));
  }
  return { numStates: observationSpace.n, numActions: countActions(spec, algorithm), firstState: observationSpace.start };
}

/** Checks all of a state before anything is taken from it. @throws CheckpointError unless it is one of `pairs` values and `numTraces` traces */
function checkState(where: string, state: AgentState, pairs: number, numTraces: number): void {
  const { vectors, traces = [], rng, ...counters } = state;
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

/** Traces below this are forgotten: such a share of a TD error is lost in the rounding of the values, and adding it takes time. */
const SMALLEST_TRACE = 1e-8;

/** Eligibility of the pairs visited in one episode. */
class TraceMemory {
  private readonly values: Float32Array;
  private readonly numActions: number;
  private readonly trace: Float32Array;
  /** Pairs whose trace is not 0, the first `count` of them. */
  private readonly visited: Int32Array;
  private readonly decay: number;
  private readonly isReplacing: boolean;
  private count = 0;

  /** @param table whose values learn */
  constructor({ values, numActions }: ActionTable, { lambda, kind }: Traces) {
    this.values = values;
    this.numActions = numActions;
    this.trace = new Float32Array(values.length);
    this.visited = new Int32Array(values.length);
    this.decay = lambda;
    this.isReplacing = kind === 'replacing';
  }

  /** Visits a pair, gives every pair its share of `change`, and lets the traces fade. */
  learn(pair: number, change: number, gamma: number, isEnd: boolean): void {
    const { values, trace, visited, numActions } = this;
    if (trace[pair] === 0) visited[this.count++] = pair;
    if (this.isReplacing) {
      const row = pair - (pair % numActions);
      trace.fill(0, row, row + numActions);
      trace[pair] = 1;
    } else trace[pair] += 1;
    const fade = isEnd ? 0 : gamma * this.decay;
    let kept = 0;
    for (let k = 0; k < this.count; k++) {
      const at = visited[k];
      values[at] += change * trace[at];
      trace[at] *= fade;
      if (trace[at] >= SMALLEST_TRACE) visited[kept++] = at;
      else trace[at] = 0;
    }
    this.count = kept;
  }

  state(): { trace: Float32Array; visited: Int32Array } {
    return { trace: this.trace.slice(), visited: this.visited.slice(0, this.count) };
  }

  /** Whether a state is one of traces of that many pairs. */
  static fits(state: AgentState | undefined, pairs: number): boolean {
    const { trace, visited } = state ?? {};
    if (!(trace instanceof Float32Array && trace.length === pairs && visited instanceof Int32Array)) return false;
    return visited.length <= pairs && visited.every(pair => pair >= 0 && pair < pairs);
  }

  restore({ trace, visited }: AgentState): void {
    this.trace.set(trace as Float32Array);
    this.visited.set(visited as Int32Array);
    this.count = (visited as Int32Array).length;
  }
}
