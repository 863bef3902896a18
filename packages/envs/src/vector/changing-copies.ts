import { copySeeds, type EnvParameters, type EnvState, type GoalEnv, type GoalOutcomes, type StateValue } from '@zpin/contracts';

/** How one copy of an environment stands to settings that change. */
interface Copy {
  /** What it plays with now, besides what it was made with; null: with nothing else. */
  active: EnvParameters | null;
  /** From which its generator comes. */
  seed: number;
}

/** The settings of copies of an environment, each of which takes new ones when its next episode begins. */
export class ChangingCopies {
  readonly #copies: readonly Copy[];
  /** What every copy will play with from its next episode on; null: with what it was made with. */
  #next: EnvParameters | null = null;
  #isPending = false;

  constructor(numEnvs: number) {
    this.#copies = copySeeds(0, numEnvs).map(seed => ({ active: null, seed }));
  }

  /** Whether some copy has another episode before it takes the new settings. */
  get isPending(): boolean {
    return this.#isPending;
  }

  /** Settings from the next episodes on. Copies that play with equal ones go on as they are. */
  change(parameters: EnvParameters): void {
    this.#next = parameters;
    this.#compare();
  }

  /** Seeds that the generators of all copies begin from anew. */
  seed(seeds: readonly number[]): void {
    for (const [i, copy] of this.#copies.entries()) copy.seed = seeds[i] as number;
  }

  /** Whether a copy must be made anew before its next episode. */
  isBehind(index: number): boolean {
    return (this.#copies[index] as Copy).active !== this.#next;
  }

  /**
   * The copy is made anew with the new settings.
   * @returns these, and the seed of its generator: the one before knows nothing of the new copy, so it gives way to its child
   */
  renew(index: number): { readonly parameters: EnvParameters; readonly seed: number } {
    const copy = this.#copies[index] as Copy;
    copy.active = this.#next;
    this.#isPending = this.#copies.some(({ active }) => active !== this.#next);
    // The first child may be somebody's only copy.
    copy.seed = copySeeds(copy.seed, 2)[1] as number;
    return { parameters: this.#next ?? {}, seed: copy.seed };
  }

  /** What each copy plays with. */
  activeOf(index: number): EnvParameters | null {
    return (this.#copies[index] as Copy).active;
  }

  state(): EnvState {
    const hasChanged = this.#next !== null || this.#copies.some(({ active }) => active !== null);
    return {
      seeds: this.#copies.map(({ seed }) => seed),
      ...(hasChanged && { next: this.#next, active: this.#copies.map(({ active }) => active) }),
    };
  }

  /** Takes a state back; those of before hold nothing of it. */
  restore(state: EnvState | undefined): void {
    const { seeds, next = null, active = [] } = (state ?? {}) as SavedCopies;
    this.#next = next;
    for (const [i, copy] of this.#copies.entries()) {
      copy.active = active[i] ?? null;
      if (seeds) copy.seed = seeds[i] as number;
    }
    this.#compare();
  }

  /** Makes equal settings one object, by which it is told whether a copy is behind. */
  #compare(): void {
    const text = JSON.stringify(this.#next);
    for (const copy of this.#copies) if (JSON.stringify(copy.active) === text) copy.active = this.#next;
    this.#isPending = this.#copies.some(({ active }) => active !== this.#next);
  }
}

interface SavedCopies {
  readonly seeds?: readonly number[];
  readonly next?: EnvParameters | null;
  readonly active?: readonly (EnvParameters | null)[];
}

/** The states of several groups of copies as that of all of them, in their order. */
export function joinedChanges(states: readonly (StateValue | undefined)[]): EnvState {
  const saved = states as readonly (SavedCopies | undefined)[];
  const [first] = saved;
  return {
    seeds: saved.flatMap(({ seeds = [] } = {}) => seeds),
    ...(first?.next !== undefined && { next: first.next, active: saved.flatMap(({ active = [] } = {}) => active) }),
  };
}

/** The part of a state that is about the copies from `start` to before `end`. */
export function changesOf(state: StateValue | undefined, start: number, end: number): EnvState | undefined {
  if (state === undefined) return undefined;
  const { seeds = [], next, active = [] } = state as SavedCopies;
  return { seeds: seeds.slice(start, end), ...(next !== undefined && { next, active: active.slice(start, end) }) };
}

/** The goals of whatever copy is the first at the time. */
export function goalsOf({ computeTerminated }: GoalEnv, first: () => GoalEnv): GoalOutcomes {
  return {
    computeReward: (achieved, desired, out) => first().computeReward(achieved, desired, out),
    ...(computeTerminated && {
      computeTerminated: (achieved, desired, out) =>
        (first().computeTerminated as typeof computeTerminated).call(first(), achieved, desired, out),
    }),
  };
}
