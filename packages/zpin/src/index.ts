export { type AlgorithmId, algorithmIds, type ConfigOfAlgorithm, isAlgorithmId, loadAlgorithm } from './algorithms.ts';
export { type EnvSettings, envEntry, type OpenEnvOptions, openEnv } from './environment.ts';
export type { EvaluateOptions } from './evaluate-agent.ts';
export { type LoadedAgent, type LoadOptions, load } from './load.ts';
export { libraryNames, type MessageNames, type NamedOption } from './message-names.ts';
export {
  type ContinueOptions,
  type EnvChoice,
  type OwnParts,
  openRun,
  openSavedRun,
  type ResumeOptions,
  type RunInternals,
  type RunOptions,
} from './open-run.ts';
export type { RunDescription } from './run-description.ts';
export type { RunEvent } from './run-event.ts';
export { resume, train } from './train.ts';
export type { TrainingRun } from './training-run.ts';
