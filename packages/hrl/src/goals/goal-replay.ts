import {
  type AgentState,
  discrete,
  type EnvSpec,
  type NumericArray,
  type ReplayBuffer,
  type TransitionRows,
} from '@zpin/contracts';
import { UniformReplay } from '@zpin/replay';
import { SmdpReplay } from '../smdp/smdp-replay.ts';
import { SmdpSteps } from '../smdp/smdp-steps.ts';
import type { GoalInputs } from './goal-inputs.ts';
import { intrinsicReward } from './intrinsic-reward.ts';
import type { Subgoals } from './subgoals.ts';

/** What an agent tells of the goals that its steps were made for. */
export interface Pursuit {
  readonly subgoals: Subgoals;
  /** What the controller reads. */
  readonly inputs: GoalInputs;
  /** `[N]`: the goals with which the last actions of training were chosen. */
  readonly goals: Int32Array;
  /** Whether the last step is one of the first phase, from which only the controller learns. */
  readonly isPretraining: boolean;
  /** Counts an attempt at a goal that is over. */
  count(goal: number, isReached: boolean): void;
}

export interface GoalReplayOptions {
  readonly spec: EnvSpec;
  readonly numEnvs: number;
  readonly hasActionMask: boolean;
  readonly pursuit: Pursuit;
  readonly config: {
    readonly gamma: number;
    /** Transitions that the controller keeps. */
    readonly bufferSize: number;
    /** Transitions that the meta-controller keeps. */
    readonly metaBufferSize: number;
    /** As `isDiscounted` of `SmdpSteps`. */
    readonly discountWithinGoals: boolean;
  };
}

/**
 * The memories of both levels (𝒟₁, 𝒟₂), filled from one stream: each step is a transition of the controller, with its intrinsic
 * reward; all steps since a goal was chosen are one of the meta-controller, where the goal is reached or the episode ends.
 */
export class GoalReplay implements Pick<ReplayBuffer, 'add' | 'cut' | 'state' | 'restore'> {
  readonly controller: UniformReplay;
  readonly meta: SmdpReplay;
  readonly #pursuit: Pursuit;
  readonly #steps: SmdpSteps;
  readonly #width: number;
  readonly #seen: NumericArray;
  readonly #nextSeen: NumericArray;
  readonly #reward: Float32Array;
  readonly #isOver: Uint8Array;

  constructor({ spec, numEnvs, hasActionMask, pursuit, config }: GoalReplayOptions) {
    const { observationSpace, actionSpace } = spec;
    const { gamma, bufferSize, metaBufferSize, discountWithinGoals: isDiscounted } = config;
    const { inputs, subgoals } = pursuit;
    const seen = { capacity: bufferSize, observationSpace: inputs.space, actionSpace };
    this.controller = new UniformReplay({ ...seen, gamma, hasActionMask });
    const goalSpace = discrete(subgoals.names.length);
    this.meta = new SmdpReplay({ capacity: metaBufferSize, observationSpace, actionSpace: goalSpace });
    this.#pursuit = pursuit;
    this.#steps = new SmdpSteps({ observationSpace, numEnvs, gamma, isDiscounted });
    this.#width = this.#steps.obs.length / numEnvs;
    this.#seen = inputs.rows(numEnvs);
    this.#nextSeen = inputs.rows(numEnvs);
    this.#reward = new Float32Array(numEnvs);
    this.#isOver = new Uint8Array(numEnvs);
  }

  /** Adds one step of each environment, made for the goals of the pursuit. */
  add(rows: TransitionRows): void {
    const { subgoals, inputs, goals } = this.#pursuit;
    intrinsicReward(subgoals, goals, rows.nextObs, this.#reward);
    for (let i = 0; i < goals.length; i++) this.#addTo(i, rows);
    this.controller.add({
      ...rows,
      obs: inputs.write(rows.obs, goals, this.#seen),
      nextObs: inputs.write(rows.nextObs, goals, this.#nextSeen),
      reward: this.#reward,
      terminated: this.#isOver,
    });
  }

  /** Steps of the meta-controller in progress are forgotten: what they led to is not known. */
  cut(): void {
    this.controller.cut();
    for (let i = 0; i < this.#steps.length.length; i++) this.#steps.end(i);
  }

  state(): AgentState {
    return { controller: this.controller.state(), meta: this.meta.state(), steps: this.#steps.state() };
  }

  restore({ controller, meta, steps }: AgentState): void {
    this.controller.restore(this.#ofThisVersion(controller as AgentState));
    this.meta.restore(meta as AgentState);
    this.#steps.restore(steps as AgentState);
  }

  /** The first version kept a column in one array, and observations in another form. */
  #ofThisVersion(state: AgentState): AgentState {
    const columns = state.columns as AgentState;
    const { obs, nextObs } = columns;
    if (!(obs instanceof Float32Array && nextObs instanceof Float32Array)) return state;
    const { inputs } = this.#pursuit;
    return {
      ...state,
      columns: { ...columns, obs: inputs.fromFirstVersion(obs), nextObs: inputs.fromFirstVersion(nextObs) },
    };
  }

  /** Adds the step of one environment to that of the meta-controller, and ends it where the attempt is over. */
  #addTo(i: number, { obs, reward, nextObs, terminated, truncated }: TransitionRows): void {
    const steps = this.#steps;
    const goal = this.#pursuit.goals[i];
    if (steps.length[i] === 0) steps.begin(i, obs, goal);
    steps.add(i, reward[i]);
    const isReached = this.#reward[i] > 0;
    // A goal that is reached is the end of the controller's task: nothing follows it.
    this.#isOver[i] = Number(isReached || terminated[i] === 1);
    if (!this.#isOver[i] && !truncated[i]) return;
    this.#pursuit.count(goal, isReached);
    if (!this.#pursuit.isPretraining) {
      this.meta.add({
        obs: this.#row(steps.obs, i),
        action: steps.action[i],
        reward: steps.reward(i),
        nextObs: this.#row(nextObs, i),
        discount: steps.discount(i, terminated[i] === 1),
      });
    }
    steps.end(i);
  }

  #row(rows: NumericArray, i: number): NumericArray {
    return rows.subarray(i * this.#width, (i + 1) * this.#width);
  }
}
