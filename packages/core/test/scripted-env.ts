import {
  box,
  discrete,
  type EnvSpec,
  type EnvState,
  flatSize,
  type NumericArray,
  type Space,
  type VectorEnv,
  type VectorStep,
} from '@zpin/contracts';

/** One episode as it will happen, whatever the actions. */
export interface Episode {
  /** Steps. */
  readonly length: number;
  readonly end: 'terminated' | 'truncated' | 'both';
}

export interface ScriptedOptions {
  /** Episodes of each copy, played in a circle. */
  readonly scripts: readonly (readonly Episode[])[];
  readonly actionSpace?: Space;
  /** Whether there are masks of 3 actions: `maskOf`, or others. */
  readonly masks?: boolean | ((copy: number, episode: number, t: number) => readonly number[]);
  /** Whether there are goals, reached in the episodes of odd numbers. */
  readonly goals?: boolean;
  /** Whether the seed of a copy, modulo 8, is the number of its first episode; else that is 0. */
  readonly seeded?: boolean;
}

/** V of an observation, as the agents of tests see it. */
export const worth = (copy: number, episode: number, t: number): number => 1000 * copy + 10 * episode + t;

/** Reward of the step that leads to time t. */
export const rewardOf = (copy: number, episode: number, t: number): number => copy + episode + t / 8;

/** Legal actions at time t of an episode. */
export const maskOf = (episode: number, t: number): number[] => [1, episode % 2, t % 2];

/** Copies whose every end is known beforehand. An observation is `[copy, episode, t]`. */
export class ScriptedEnv implements VectorEnv {
  readonly spec: EnvSpec;
  readonly numEnvs: number;
  /** Seeds of all resets. */
  readonly seeds: (number | readonly number[] | undefined)[] = [];
  /** Copies of the actions of all steps. */
  readonly played: number[][] = [];
  readonly #scripts: readonly (readonly Episode[])[];
  readonly #masks: (copy: number, episode: number, t: number) => readonly number[];
  readonly #hasMasks: boolean;
  readonly #goals: boolean;
  readonly #seeded: boolean;
  #episode: Int32Array;
  #t: Int32Array;

  constructor({ scripts, actionSpace = discrete(3), masks = false, goals = false, seeded = false }: ScriptedOptions) {
    const observationSpace = box({ low: 0, high: 1000, shape: [3] });
    this.spec = { id: 'Scripted-v0', observationSpace, actionSpace, maxEpisodeSteps: null, rewardThreshold: null };
    this.numEnvs = scripts.length;
    this.#scripts = scripts;
    this.#masks = typeof masks === 'function' ? masks : (_copy, episode, t) => maskOf(episode, t);
    this.#hasMasks = masks !== false;
    this.#goals = goals;
    this.#seeded = seeded;
    this.#episode = new Int32Array(this.numEnvs);
    this.#t = new Int32Array(this.numEnvs);
  }

  createStep(): VectorStep {
    const n = this.numEnvs;
    const masks = { actionMask: new Uint8Array(3 * n), finalActionMask: new Uint8Array(3 * n) };
    return {
      obs: new Float32Array(3 * n),
      reward: new Float32Array(n),
      terminated: new Uint8Array(n),
      truncated: new Uint8Array(n),
      finalObs: new Float32Array(3 * n).fill(-1),
      ...(this.#hasMasks && masks),
      ...(this.#goals && { success: new Uint8Array(n) }),
    };
  }

  reset(out: VectorStep, seed?: number | readonly number[]): void {
    this.seeds.push(seed);
    const first = (i: number) => (this.#seeded && typeof seed === 'object' ? seed[i] % 8 : 0);
    this.#episode = this.#episode.map((_, i) => first(i));
    this.#t.fill(0);
    for (let i = 0; i < this.numEnvs; i++) this.#write(i, out.obs, out.actionMask);
  }

  step(actions: NumericArray, out: VectorStep): void {
    if (actions.length !== this.numEnvs * flatSize(this.spec.actionSpace)) throw new Error(`${actions.length} actions`);
    this.played.push(Array.from(actions));
    for (let i = 0; i < this.numEnvs; i++) {
      this.#t[i]++;
      const script = this.#scripts[i];
      const { length, end } = script[this.#episode[i] % script.length];
      const isLast = this.#t[i] === length;
      out.reward[i] = rewardOf(i, this.#episode[i], this.#t[i]);
      out.terminated[i] = isLast && end !== 'truncated' ? 1 : 0;
      out.truncated[i] = isLast && end !== 'terminated' ? 1 : 0;
      if (isLast) {
        this.#write(i, out.finalObs, out.finalActionMask);
        if (out.success) out.success[i] = this.#episode[i] % 2;
        this.#episode[i]++;
        this.#t[i] = 0;
      }
      this.#write(i, out.obs, out.actionMask);
    }
  }

  #write(i: number, obs: NumericArray, mask: Uint8Array | undefined): void {
    obs.set([i, this.#episode[i], this.#t[i]], 3 * i);
    mask?.set(this.#masks(i, this.#episode[i], this.#t[i]), 3 * i);
  }

  state(): EnvState {
    return { episode: this.#episode.slice(), t: this.#t.slice() };
  }

  restore(state: EnvState): void {
    this.#episode = (state.episode as Int32Array).slice();
    this.#t = (state.t as Int32Array).slice();
  }

  close(): void {}
}
