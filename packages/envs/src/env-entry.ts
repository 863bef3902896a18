import type { Env, EnvSpec, SpaceValue } from '@zpin/contracts';

/** An environment made by name: its observations and actions are known from its spaces, not from its type. */
export type AnyEnv = Env<SpaceValue, SpaceValue>;

/** A setting of an environment; its type is that of `default`. */
export interface EnvOption {
  /** What it does, one line. */
  readonly meaning: string;
  readonly default: boolean | number | string | readonly number[] | null;
}

export type EnvOptions = Readonly<Record<string, unknown>> & {
  /** Steps after which an episode is truncated, instead of the registered limit; `null` takes the limit away. */
  readonly maxEpisodeSteps?: number | null;
  /** Wrappers by name, the innermost first, as `wrapEnv` takes them: `['discretize-action:11']`. */
  readonly wrappers?: readonly string[];
};

/** An optional package behind an environment. */
export interface EnvRequirement {
  /** Name on npm. */
  readonly packageName: string;
  /**
   * Loads it, once however often it is called.
   * @throws InputError with the command that installs it, when it is absent
   */
  load(): Promise<void>;
}

/** What the registry knows about an environment. */
export interface EnvEntry {
  readonly spec: EnvSpec;
  /** What it is about, one line. */
  readonly summary: string;
  /** Settings besides `maxEpisodeSteps`, by name. */
  readonly options?: Readonly<Record<string, EnvOption>>;
  /** Time limit, where it depends on the settings; that of `spec` when omitted. */
  readonly limit?: (options: Readonly<Record<string, unknown>>) => number;
  /** The package that it needs besides `@zpin/envs`, loaded by `loadEnv`; nothing when omitted. */
  readonly requires?: EnvRequirement;
  /** URL of the module that registers it (`import.meta.url`), so that worker threads can; they know those of this package anyway. */
  readonly module?: string;
  /** Makes one. `spec` is the entry's, with the wanted time limit, which the environment must keep. */
  create(spec: EnvSpec, options: Readonly<Record<string, unknown>>): Env;
}
