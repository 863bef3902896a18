/** Options of a run that errors name. */
export type NamedOption = 'env' | 'her' | 'dataset' | 'recordDataset' | 'runDir' | 'steps' | 'schedules' | RuleOption;

/** Options about the evaluations of training, and about checkpoints. */
export type RuleOption =
  | 'curriculum'
  | 'evalEvery'
  | 'stopAtReturn'
  | 'patience'
  | 'keepCheckpoints'
  | 'fromStep'
  | 'best'
  | 'films'
  | 'filmEvery';

/** How the caller writes what a run is told, so that errors speak the caller's language: that of a library, or flags. */
export interface MessageNames {
  /** Function or command that was called. */
  readonly where: string;
  option(name: NamedOption): string;
  /** A setting of the algorithm. */
  setting(name: string): string;
  /** How to see all environments. */
  readonly listEnvs: string;
  /** How to see all trained policies. */
  readonly listPolicies: string;
  /** How to make a data set for an environment. */
  makeDataset(env: string): string;
  /** How to go on with a run folder. */
  resume(folder: string): string;
}

const LIBRARY_NAMES: Readonly<Partial<Record<NamedOption, string>>> = {
  runDir: 'saveTo',
  evalEvery: 'evaluation.everySteps',
  filmEvery: 'films.everySteps',
  stopAtReturn: 'evaluation.stopAtReturn',
  patience: 'evaluation.patience',
  fromStep: 'from',
  best: "from: 'best'",
};

/** The names of the library's own functions. */
export function libraryNames(where: string): MessageNames {
  return {
    where,
    option: name => LIBRARY_NAMES[name] ?? name,
    setting: name => name,
    listEnvs: "listEnvs() of '@zpin/envs' shows all",
    listPolicies: "listPolicies() of '@zpin/policies' shows all",
    makeDataset: () => "Make one, for example by collectDataset() of '@zpin/offline'",
    resume: folder => `resume('${folder}')`,
  };
}

export const defaultNames: MessageNames = libraryNames('train');
