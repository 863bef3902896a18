export { type AlgorithmId, algorithmIds, type ConfigOfAlgorithm, isAlgorithmId, loadAlgorithm } from './algorithms.ts';
export { type Curriculum, type LevelRule, parseCurriculum } from './curriculum.ts';
export { type EnvFile, isEnvFile } from './env-file.ts';
export {
  type EnvPurpose,
  type EnvSettings,
  envEntry,
  envFamilies,
  envOptionsOf,
  type KnownOptions,
  knownEnv,
  type OpenEnvOptions,
  openEnv,
} from './environment.ts';
export type { EvaluateOptions } from './evaluate-agent.ts';
export type { EvaluationOptions, FilmPlan, KeptOptions } from './kept-options.ts';
export { load } from './load.ts';
export type { LoadedActor, LoadedAgent, LoadOptions } from './loaded-agent.ts';
export { libraryNames, type MessageNames, type NamedOption } from './message-names.ts';
export { openRun } from './open-run.ts';
export { openSavedRun } from './open-saved-run.ts';
export { isPolicyName } from './policy-name.ts';
export type { RunDescription } from './run-description.ts';
export type { LevelEvent, RunEvent } from './run-event.ts';
export type { ContinueOptions, EnvChoice, OwnParts, ResumeOptions, RunInternals, RunOptions } from './run-options.ts';
export type { SavedMoment } from './run-store.ts';
export type { ScheduleChoice } from './scheduled-steps.ts';
export { resume, train } from './train.ts';
export type { TrainingRun } from './training-run.ts';
