import { type Env, type EnvSpec, type Fields, field, type SpaceValue, type ValuesOf } from '@zpin/contracts';

/** An environment made by name: its observations and actions are known from its spaces, not from its type. */
export type AnyEnv = Env<SpaceValue, SpaceValue>;

/** Settings that every environment has. */
export const commonOptions = {
  maxEpisodeSteps: field.count({
    default: null,
    meaning: 'steps after which an episode is truncated; null takes the limit away',
  }),
  wrappers: field.texts({ default: [], meaning: 'wrappers by name, the innermost first, such as discretize-action:11' }),
};

/** What `makeEnv` takes: settings of the environment, and those that every environment has. */
export type EnvOptions = Readonly<Record<string, unknown>> & Readonly<Partial<ValuesOf<typeof commonOptions>>>;

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
export interface EnvEntry<Options extends Fields = Fields> {
  readonly spec: EnvSpec;
  /** What it is about, one line. */
  readonly summary: string;
  /** Its settings besides those that every environment has, which `optionsOf` adds. */
  readonly options?: Options;
  /** The package that it needs besides `@zpin/envs`, loaded by `loadEnv`; nothing when omitted. */
  readonly requires?: EnvRequirement;
  /**
   * URL of the module that registers it (`import.meta.url`), so that worker threads can; they know those of this package anyway.
   * Where the module exports a promise `ready`, they wait for it.
   */
  readonly module?: string;
  /** Defaults of its settings that are others under some wrappers, by their names; none when omitted. */
  defaultsUnder?(wrappers: readonly string[]): Readonly<Record<string, unknown>>;
  /** Time limit, where it depends on the settings; that of `spec` when omitted. */
  limit?(options: ValuesOf<Options>): number;
  /**
   * Makes one.
   * @param spec the entry's, with the wanted time limit, which the environment must keep
   * @param options a value for each of the entry's settings
   */
  create(spec: EnvSpec, options: ValuesOf<Options>): Env;
}

/** Every setting that `makeEnv` takes for an environment; the default of the time limit is that of its spec. */
export function optionsOf<Options extends Fields>({ spec, options }: EnvEntry<Options>): Options & typeof commonOptions {
  const { maxEpisodeSteps, wrappers } = commonOptions;
  return { ...(options as Options), maxEpisodeSteps: { ...maxEpisodeSteps, default: spec.maxEpisodeSteps }, wrappers };
}
