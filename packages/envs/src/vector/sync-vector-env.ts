import {
  checkMaskable,
  checkSameSpaces,
  copySeeds,
  createRows,
  type Env,
  type EnvParameters,
  type EnvSource,
  type EnvSpec,
  type EnvState,
  type EpisodeInfo,
  type Frame,
  flatDtype,
  flatSize,
  type GoalEnv,
  type GoalOutcomes,
  InputError,
  isGoalEnv,
  isResumable,
  message,
  type NumericArray,
  SpaceError,
  type StateValue,
  type VectorEnv,
  type VectorStep,
} from '@zpin/contracts';
import { checkSpaces } from '../base/check-spaces.ts';
import type { RowEnv } from '../base/row-env.ts';
import { ChangingCopies, goalsOf } from './changing-copies.ts';
import { EnvRows, rowEnv } from './env-rows.ts';

/** Makes a copy of an environment with settings other than those of the first copies. */
type Remake = (parameters: EnvParameters) => Env;

/** N copies of an environment, stepped one after the other in this thread. Stepping copies of an `ArrayEnv` allocates nothing. */
export class SyncVectorEnv implements VectorEnv {
  readonly spec: EnvSpec;
  readonly numEnvs: number;
  readonly source?: EnvSource;
  readonly goals?: GoalOutcomes;
  readonly #envs: Env[];
  readonly #rows: RowEnv[];
  /** Makes a copy with other settings; null where that is not known. */
  readonly #remake: Remake | null;
  readonly #changes: ChangingCopies;
  /** Whether its row writes `rawReward`. */
  readonly #isTallied: readonly boolean[];
  readonly #actionSize: number;
  readonly #firstCopy: number;
  #seeded = false;
  #parameters: EnvParameters | null = null;
  /** Whether others hold its copies, and exchange them when their episodes end. */
  #isShared = false;
  /** Told of a copy that took the place of another one, where this is a part of other copies. */
  #onExchange: ((index: number, env: Env) => void) | null = null;

  /**
   * @param make makes copy `index`
   * @param source where workers get copies of their own, when it is known
   * @param remake makes a copy with other settings, for `setParameters`; not needed where copies have that themselves
   * @param firstCopy the number that errors give to copy 0, where these are a part of other copies
   * @throws InputError unless `numEnvs` is an integer ≥ 1; SpaceError when a space was written by hand and is none
   */
  constructor(make: (index: number) => Env, numEnvs: number, source?: EnvSource, remake: Remake | null = null, firstCopy = 0) {
    if (!(Number.isSafeInteger(numEnvs) && numEnvs >= 1)) {
      throw new InputError(message('SyncVectorEnv', 'numEnvs must be an integer >= 1', numEnvs, 'Pass the number of copies'));
    }
    this.numEnvs = numEnvs;
    if (source) this.source = source;
    this.#envs = Array.from({ length: numEnvs }, (_, index) => make(index));
    checkSpaces(this.#envs[0].spec);
    this.#firstCopy = firstCopy;
    this.#rows = this.#envs.map(env => rowEnv(env, firstCopy));
    this.#remake = remake;
    this.#changes = new ChangingCopies(numEnvs);
    const [first] = this.#envs;
    this.#isTallied = this.#rows.map(row => row instanceof EnvRows);
    this.spec = this.#masked(first);
    if (isGoalEnv(first)) this.goals = remake ? goalsOf(first, () => this.#envs[0] as GoalEnv) : first;
    this.#actionSize = flatSize(this.spec.actionSpace);
  }

  /** Asked of the copies only when someone wants to know: some have to find out. */
  get isResumable(): boolean {
    return this.#envs.every(isResumable);
  }

  get parameters(): EnvParameters | null {
    return this.#parameters;
  }

  /**
   * The copies from `start` to before `end` as a vector environment of their own: the same copies, not others. Settings that change are
   * theirs from then on: whoever plays in the part tells it of them.
   */
  slice(start: number, end: number): SyncVectorEnv {
    this.#isShared = true;
    const firstCopy = this.#firstCopy + start;
    const part = new SyncVectorEnv(index => this.#envs[start + index], end - start, this.source, this.#remake, firstCopy);
    part.#onExchange = (index, env) => this.#put(start + index, env);
    return part;
  }

  createStep(): VectorStep {
    const { numEnvs, spec } = this;
    const step = {
      obs: createRows(spec.observationSpace, numEnvs),
      reward: new Float32Array(numEnvs),
      rawReward: new Float32Array(numEnvs),
      terminated: new Uint8Array(numEnvs),
      truncated: new Uint8Array(numEnvs),
      finalObs: createRows(spec.observationSpace, numEnvs),
      ...(this.goals && { success: new Uint8Array(numEnvs) }),
      ...(this.#rows.some(row => row.infoMeans) && { episodeInfo: new Array<EpisodeInfo>(numEnvs).fill(null) }),
    };
    if (!spec.hasActionMask || spec.actionSpace.type !== 'discrete') return step;
    const maskSize = numEnvs * spec.actionSpace.n;
    return { ...step, actionMask: new Uint8Array(maskSize), finalActionMask: new Uint8Array(maskSize) };
  }

  reset(out: VectorStep, seed?: number | readonly number[]): void {
    if (typeof seed === 'object' && seed.length !== this.numEnvs) {
      const { id } = this.spec;
      throw new InputError(
        message(`${id}.reset`, `there must be ${this.numEnvs} seeds`, seed.length, 'Pass one per copy, or one number'),
      );
    }
    this.#checkObs(out);
    // Copies that were never seeded must not all play the same episode.
    const from = seed ?? (this.#seeded ? undefined : 0);
    const seeds = typeof from === 'number' ? copySeeds(from, this.numEnvs) : from;
    this.#seeded = true;
    if (seeds) this.#changes.seed(seeds);
    for (let i = 0; i < this.numEnvs; i++) {
      const renewed = this.#changes.isBehind(i) ? this.#renew(i) : undefined;
      this.#rows[i].resetRow(out, i, seeds?.[i] ?? renewed);
    }
  }

  setParameters(parameters: EnvParameters): void {
    if (this.#envs.every(env => env.setParameters)) for (const env of this.#envs) env.setParameters?.(parameters);
    else {
      this.#check(parameters);
      if (!this.#isShared) this.#changes.change({ ...parameters });
    }
    this.#parameters = { ...parameters };
  }

  /** Settings that do not do are refused at once, not when an episode ends. */
  #check(parameters: EnvParameters): void {
    const where = `${this.spec.id}.setParameters`;
    if (!this.#remake) {
      const remedy = 'Make it by makeVectorEnv, or write setParameters() into the environment';
      const expectation = 'the settings of the environment must be such as can change';
      throw new InputError(message(where, expectation, 'copies of fixed settings', remedy));
    }
    if ('wrappers' in parameters) {
      const remedy = 'Leave them out: they stay as they are';
      throw new InputError(message(where, 'wrappers must not change', parameters.wrappers, remedy));
    }
    const probe = this.#remake(parameters);
    try {
      checkSameSpaces(where, this.spec, probe.spec);
      const hasMask = rowEnv(probe).hasActionMask;
      if (hasMask !== Boolean(this.spec.hasActionMask)) {
        throw new SpaceError(message(where, 'action masks must be there as before', hasMask, 'Leave the setting as it is'));
      }
    } finally {
      probe.close?.();
    }
  }

  /** Puts another copy with the new settings in the place of one. @returns its seed */
  #renew(index: number): number {
    const { parameters, seed } = this.#changes.renew(index);
    this.#exchange(index, parameters);
    return seed;
  }

  #exchange(index: number, parameters: EnvParameters): void {
    this.#envs[index].close?.();
    this.#put(index, (this.#remake as Remake)(parameters));
  }

  #put(index: number, env: Env): void {
    this.#envs[index] = env;
    this.#rows[index] = rowEnv(env, this.#firstCopy);
    this.#onExchange?.(index, env);
  }

  step(actions: NumericArray, out: VectorStep): void {
    const { numEnvs } = this;
    const rows = this.#rows;
    if (actions.length !== numEnvs * this.#actionSize) {
      const shape = this.#actionSize === 1 ? `[${numEnvs}]` : `[${numEnvs}, ${this.#actionSize}]`;
      throw new SpaceError(
        message(`${this.spec.id}.step`, `actions must be of shape ${shape}`, actions, 'Pass one row per copy'),
      );
    }
    const { reward, rawReward } = out;
    for (let i = 0; i < numEnvs; i++) {
      rows[i].stepRow(actions, out, i);
      // Around an environment that writes rows itself there are no wrappers.
      if (rawReward && !this.#isTallied[i]) rawReward[i] = reward[i];
    }
    if (this.#changes.isPending) this.#renewEnded(out);
  }

  /** The next episodes of those that have just ended are played with the new settings. */
  #renewEnded(out: VectorStep): void {
    for (let i = 0; i < this.numEnvs; i++) {
      if ((out.terminated[i] || out.truncated[i]) && this.#changes.isBehind(i)) {
        const seed = this.#renew(i);
        this.#rows[i].resetRow(out, i, seed);
      }
    }
  }

  render(index = 0): Frame {
    const frame = this.#envs[index]?.render?.();
    if (frame) return frame;
    throw new InputError(
      message(`${this.spec.id}.render`, `copy ${index} must be able to render`, undefined, 'Use another environment'),
    );
  }

  state(): EnvState {
    const infos = this.#rows.map(row => row.infoMeans?.state() ?? null);
    return {
      seeded: this.#seeded,
      envs: this.#envs.map(env => this.#method(env, 'state')()),
      changes: this.#changes.state(),
      ...(infos.some(info => info !== null) && { infos }),
    };
  }

  restore(state: EnvState): void {
    const states = state.envs as readonly { readonly [key: string]: StateValue }[];
    if (states?.length !== this.numEnvs) {
      const { id } = this.spec;
      throw new InputError(
        message(`${id}.restore`, `the state must be of ${this.numEnvs} copies`, states?.length, 'Use as many copies as then'),
      );
    }
    const before = this.#envs.map((_, i) => JSON.stringify(this.#changes.activeOf(i)));
    this.#changes.restore(state.changes as EnvState | undefined);
    this.#envs.forEach((_, i) => {
      const active = this.#changes.activeOf(i);
      if (JSON.stringify(active) !== before[i]) this.#exchange(i, active ?? {});
      this.#method(this.#envs[i], 'restore')(states[i]);
    });
    // States of before have none.
    const infos = (state.infos ?? []) as readonly (EnvState | null)[];
    this.#rows.forEach((row, i) => {
      if (row instanceof EnvRows) row.takeBack(infos[i] ?? null);
      else row.infoMeans?.restore(infos[i] ?? null);
    });
    this.#seeded = state.seeded as boolean;
  }

  close(): void {
    for (const env of this.#envs) env.close?.();
  }

  /** The spec of the copies, which says whether they have masks: all of them, or none. */
  #masked({ spec }: Env): EnvSpec {
    const masked = this.#rows.filter(row => row.hasActionMask).length;
    if (masked === 0) return spec;
    checkMaskable('SyncVectorEnv', spec);
    if (masked < this.numEnvs) {
      const expectation = `all copies of ${spec.id} must have action masks, or none`;
      throw new SpaceError(message('SyncVectorEnv', expectation, `${masked} of ${this.numEnvs}`, 'Make them alike'));
    }
    return spec.hasActionMask ? spec : { ...spec, hasActionMask: true };
  }

  #method<K extends 'state' | 'restore'>(env: Env, name: K): NonNullable<Env[K]> {
    const method = env[name];
    if (method) return method.bind(env) as NonNullable<Env[K]>;
    throw new InputError(
      message(`${this.spec.id}.${name}`, `the environment must have ${name}()`, 'none', 'Write it, to make runs resumable'),
    );
  }

  #checkObs(out: VectorStep): void {
    const size = this.numEnvs * flatSize(this.spec.observationSpace);
    if (out.obs.length === size && out.finalObs.length === size && out.reward.length === this.numEnvs) return;
    const dtype = flatDtype(this.spec.observationSpace);
    throw new SpaceError(
      message(`${this.spec.id}.reset`, `out.obs must hold ${size} numbers of ${dtype}`, out.obs, 'Use createStep()'),
    );
  }
}
