import { box, dict, discrete, type NumericArray, type Space, tuple, type VectorEnv } from '../../packages/contracts/src/index.ts';
import { ArrayEnv, SyncVectorEnv } from '../../packages/envs/src/index.ts';

/** Discount factor for which the values of the probes are worked out. */
export const PROBE_GAMMA = 0.8;

/**
 * An environment of one or two states whose values are known, so that a wrong value says what is broken. After the ladder of Andy
 * Jones ("Debugging RL, without the agonizing pain", 2021).
 */
export interface Probe {
  readonly name: string;
  /** What is broken when this probe fails and those before it do not. */
  readonly shows: string;
  /**
   * What an agent sees of each state: a number, the number of the state, a picture of bytes that is dark or bright, or a record of
   * a picture, an index and a number, of which each of the states from the second on changes another one.
   */
  readonly obs: readonly number[] | 'index' | 'picture' | 'large picture' | 'parts';
  /** States in which an episode starts, all equally likely. */
  readonly starts: readonly number[];
  /** Steps after which an episode is truncated. */
  readonly limit?: number;
  /** Actions of each state that are legal; playing another one is an error. All are legal when omitted. */
  readonly legal?: readonly (readonly number[])[];
  /** What each action of each state leads to: its reward and the next state, or null where the task ends. */
  readonly outcomes: readonly (readonly (readonly [reward: number, next: number | null])[])[];
  /** Q*(state, action), worked out by hand for `PROBE_GAMMA`; NaN for illegal actions. */
  readonly q: readonly (readonly number[])[];
}

const gamma = PROBE_GAMMA;

export const probes: readonly Probe[] = [
  {
    name: 'a constant reward',
    shows: 'loss of the value, optimiser',
    obs: [0],
    starts: [0],
    outcomes: [[[1, null]]],
    q: [[1]],
  },
  {
    name: 'a reward that the observation tells',
    shows: 'way of observations through the network, order of rows in a batch',
    obs: [-1, 1],
    starts: [0, 1],
    outcomes: [[[-1, null]], [[1, null]]],
    q: [[-1], [1]],
  },
  {
    name: 'a reward one step later',
    shows: 'discounting, bootstrapping',
    obs: [0, 1],
    starts: [0],
    outcomes: [[[0, 1]], [[1, null]]],
    q: [[gamma], [1]],
  },
  {
    name: 'a reward that depends on the action',
    shows: 'loss of the policy, advantages, choice of actions',
    obs: [0],
    starts: [0],
    outcomes: [
      [
        [-1, null],
        [1, null],
      ],
    ],
    q: [[-1, 1]],
  },
  {
    name: 'a reward that depends on action and observation',
    shows: 'policy and value together',
    obs: [-1, 1],
    starts: [0, 1],
    outcomes: [
      [
        [1, null],
        [-1, null],
      ],
      [
        [-1, null],
        [1, null],
      ],
    ],
    q: [
      [1, -1],
      [-1, 1],
    ],
  },
  {
    name: 'a reward of 1 at every step, cut off after three',
    shows: 'a time limit taken for an end; index observations',
    obs: 'index',
    starts: [0],
    limit: 3,
    outcomes: [[[1, 1]], [[1, 2]], [[1, 0]]],
    q: [[1 / (1 - gamma)], [1 / (1 - gamma)], [1 / (1 - gamma)]],
  },
  {
    name: 'a reward of 1 at every step, over after three',
    shows: 'an end taken for a time limit',
    obs: 'index',
    starts: [0],
    outcomes: [[[1, 1]], [[1, 2]], [[1, null]]],
    q: [[1 + gamma + gamma ** 2], [1 + gamma], [1]],
  },
  {
    name: 'a reward at every other step, cut off after each',
    shows: 'the first observation of the next episode taken for the last one of this',
    obs: [0, 1],
    starts: [0, 1],
    limit: 1,
    outcomes: [[[0, 1]], [[1, 0]]],
    q: [[gamma / (1 - gamma ** 2)], [1 / (1 - gamma ** 2)]],
  },
  {
    name: 'a picture that tells the reward',
    shows: 'convolutions, bytes',
    obs: 'picture',
    starts: [0, 1],
    outcomes: [[[-1, null]], [[1, null]]],
    q: [[-1], [1]],
  },
  {
    name: 'a picture, an index and a number that tell the reward together',
    shows: 'parts of observations that are read wrongly, or not at all',
    obs: 'parts',
    starts: [0, 1, 2, 3],
    outcomes: [[[0, null]], [[1, null]], [[-1, null]], [[0.5, null]]],
    q: [[0], [1], [-1], [0.5]],
  },
];

/** Probes in which only some actions are legal. All rewards are negative, so that an action never tried would look best. */
export const maskedProbes: readonly Probe[] = [
  {
    name: 'one legal action in each state',
    shows: 'an illegal action played, or used in a target',
    obs: [-1, 1],
    starts: [0],
    legal: [[1], [0]],
    outcomes: [
      [
        [Number.NaN, null],
        [0, 1],
      ],
      [
        [-1, null],
        [Number.NaN, null],
      ],
    ],
    q: [
      [Number.NaN, -gamma],
      [-1, Number.NaN],
    ],
  },
  {
    name: 'one legal action in each state, cut off after every step',
    shows: 'legal actions of the next episode taken for those of the last observation',
    obs: [-1, 1],
    starts: [0, 1],
    limit: 1,
    legal: [[1], [0]],
    outcomes: [
      [
        [Number.NaN, null],
        [-1, 1],
      ],
      [
        [-1, null],
        [Number.NaN, null],
      ],
    ],
    q: [
      [Number.NaN, -1 - gamma],
      [-1, Number.NaN],
    ],
  },
];

/**
 * `discrete`: an index; `continuous`: one number, whose sign chooses between two actions; `hybrid`: a number and an index, and the
 * second of two actions is chosen where the number is positive and the index is not 0.
 */
export type ActionKind = 'discrete' | 'continuous' | 'hybrid';

/** Numbers of an action. */
const actionSize = { discrete: 1, continuous: 1, hybrid: 2 } as const;

/** Which action of a state one stands for. @param actions rows of them @param row of them @param count actions of the state */
export function chosenAction(kind: ActionKind, actions: NumericArray, row: number, count: number): number {
  const offset = row * actionSize[kind];
  if (kind === 'discrete') return actions[offset];
  const isSecond = actions[offset] > 0 && (kind === 'continuous' || actions[offset + 1] > 0);
  return Math.min(count - 1, Number(isSecond));
}

function actionSpace(kind: ActionKind, count: number): Space {
  const number = box({ low: -10, high: 10, shape: [1] });
  if (kind === 'continuous') return number;
  return kind === 'discrete' ? discrete(count) : tuple([number, discrete(2)]);
}

/** Height, width, channels. */
const PICTURES = { picture: [10, 10, 2], 'large picture': [36, 40, 1] };

/** N copies of a probe stepped together. */
export function probeEnv(probe: Probe, actions: ActionKind, numEnvs: number): VectorEnv {
  return new SyncVectorEnv(() => new ProbeEnv(probe, actions), numEnvs);
}

/** What an agent sees of each state of a probe, row by row. */
export function probeObservations(probe: Probe): NumericArray {
  const states = probe.q.map((_, state) => state);
  if (probe.obs === 'index') return Int32Array.from(states);
  if (typeof probe.obs !== 'string') return Float32Array.from(probe.obs);
  if (probe.obs === 'parts') return Float32Array.from(states.flatMap(partsOf));
  const size = PICTURES[probe.obs].reduce((product, length) => product * length);
  return Uint8Array.from(states.flatMap(state => new Array<number>(size).fill(255 * state)));
}

/** `[S, A]`, 1 = legal. */
export function probeMask({ legal, q }: Probe): Uint8Array | undefined {
  return legal && Uint8Array.from(q.flatMap((row, state) => row.map((_, action) => Number(legal[state].includes(action)))));
}

/** A small picture of bytes, an index of three from 5 on, and a number: keys of a `Dict` in sorted order. */
const PARTS = dict({
  eye: box({ low: 0, high: 255, shape: [4, 5, 1], dtype: 'uint8' }),
  place: discrete(3, 5),
  speed: box({ low: -1, high: 1, shape: [1] }),
});

function partsOf(state: number): number[] {
  return [...new Array<number>(20).fill(state === 1 ? 255 : 0), state === 2 ? 7 : 5, state === 3 ? 1 : -1];
}

function observationSpace({ obs, q }: Probe): Space {
  if (obs === 'index') return discrete(q.length);
  if (obs === 'parts') return PARTS;
  if (typeof obs !== 'string') return box({ low: -1, high: 1, shape: [1] });
  return box({ low: 0, high: 255, shape: PICTURES[obs], dtype: 'uint8' });
}

class ProbeEnv extends ArrayEnv<NumericArray | number, NumericArray | number> {
  /** Number of the state. */
  protected readonly world = new Int32Array(1);
  readonly #probe: Probe;
  readonly #actions: ActionKind;
  readonly #observations: NumericArray;

  constructor(probe: Probe, actions: ActionKind) {
    super({
      id: 'Probe-v0',
      observationSpace: observationSpace(probe),
      actionSpace: actionSpace(actions, probe.q[0].length),
      maxEpisodeSteps: probe.limit ?? null,
      rewardThreshold: null,
    });
    this.#probe = probe;
    this.#actions = actions;
    this.#observations = probeObservations(probe);
  }

  override get hasActionMask(): boolean {
    return this.#probe.legal !== undefined;
  }

  protected override mask(out: Uint8Array, offset: number): void {
    const [state] = this.world;
    this.#probe.q[state].forEach((_, action) => {
      out[offset + action] = Number(this.#probe.legal?.[state].includes(action));
    });
  }

  protected start(): void {
    const { starts } = this.#probe;
    this.world[0] = starts[this.rng.integers(0, starts.length)];
  }

  protected advance(actions: NumericArray, offset: number): void {
    const [state] = this.world;
    const outcomes = this.#probe.outcomes[state];
    const action = chosenAction(this.#actions, actions, offset / actionSize[this.#actions], outcomes.length);
    if (this.#probe.legal && !this.#probe.legal[state].includes(action))
      throw new Error(`illegal action ${action} in state ${state}`);
    const [reward, next] = outcomes[action];
    this.reward = reward;
    this.terminated = next === null;
    this.world[0] = next ?? state;
  }

  protected observe(out: NumericArray, offset: number): void {
    const size = this.#observations.length / this.#probe.q.length;
    const [state] = this.world;
    for (let i = 0; i < size; i++) out[offset + i] = this.#observations[state * size + i];
  }
}
