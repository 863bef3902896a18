export { checkActionMask, checkMaskable, countLegal, hasActionMask, refuseMaskRow } from './action-mask.ts';
export { describeFarActions } from './action-scale.ts';
export type {
  ActMode,
  Actor,
  Agent,
  AgentState,
  MaybePromise,
  Metrics,
  OfflineAgent,
  OffPolicyAgent,
  OnPolicyAgent,
  Policy,
  Progress,
  Recurrence,
  ReplayBuffer,
  ReplaySource,
  Rollout,
  TransitionBatch,
  TransitionRows,
  UpdateResult,
} from './agent.ts';
export type {
  Env,
  EnvInfo,
  EnvParameters,
  EnvSource,
  EnvSpec,
  EnvState,
  EpisodeInfo,
  Frame,
  ObservationNormalization,
  ResetOptions,
  ResetResult,
  RewardTally,
  StateValue,
  StepResult,
  VectorEnv,
  VectorStep,
} from './env.ts';
export { isResumable } from './env.ts';
export { envFailure } from './env-failure.ts';
export type { ErrorData } from './error-data.ts';
export { errorFromData, errorToData } from './error-data.ts';
export {
  CheckpointError,
  ConfigError,
  EnvError,
  InputError,
  message,
  NumericsError,
  nearestName,
  ProgramError,
  printable,
  SpaceError,
  WorkerError,
} from './errors.ts';
export type { FlatBounds } from './flat-bounds.ts';
export { flatBounds } from './flat-bounds.ts';
export { freezeArray, isFrozenArray } from './frozen-array.ts';
export type { GoalEnv, GoalObs } from './goal-env.ts';
export { goalSpace, isGoalEnv } from './goal-env.ts';
export type { GoalOutcomes } from './goal-outcomes.ts';
export type { NumericArray } from './numeric-array.ts';
export type { ObservationPart, Reading } from './observation-parts.ts';
export { boxScale, measuredNumbers, observationParts } from './observation-parts.ts';
export type { MakeReplay, ReplayPlan, ReplayPriorities, ReplaySettings } from './replay-plan.ts';
export type { RngState } from './rng.ts';
export { Rng } from './rng.ts';
export { RunningStatistics } from './running-statistics.ts';
export type { NamedSpaces } from './same-spaces.ts';
export { checkSameSpaces, describePair, hasSameWrappers, isSameSpace } from './same-spaces.ts';
export type { Schedule } from './schedules.ts';
export { checkSchedule, shareDone, valueAt } from './schedules.ts';
export { SeedSequence } from './seed-sequence.ts';
export { copySeeds, type SeedStream, seedStream } from './seed-streams.ts';
export type { DescribedField, FieldDescription } from './settings/describe-field.ts';
export { describeField, describeFields } from './settings/describe-field.ts';
export type { Field, Fields, FieldText, NumberRange, ValuesOf } from './settings/field.ts';
export { field } from './settings/field.ts';
export { camelCase, flagText, kebabCase, parseFlag } from './settings/flags.ts';
export type { JsonSchema } from './settings/json-schema.ts';
export { alternatives } from './settings/json-schema.ts';
export { readValues, takes } from './settings/read-values.ts';
export { checkSpace } from './spaces/check-space.ts';
export type { BoxOptions } from './spaces/create.ts';
export { box, dict, discrete, multiBinary, multiDiscrete, tuple } from './spaces/create.ts';
export type { FlatPart } from './spaces/flat-rows.ts';
export { createRows, flatDtype, flatLayout, flatSize, flatten, unflatten } from './spaces/flat-rows.ts';
export type { JsonBound, SpaceJSON } from './spaces/json.ts';
export { spaceFromJSON, spaceToJSON } from './spaces/json.ts';
export type {
  BoxSpace,
  DictSpace,
  DiscreteSpace,
  Dtype,
  MultiBinarySpace,
  MultiDiscreteSpace,
  Space,
  SpaceValue,
  TupleSpace,
  ValueOf,
} from './spaces/space.ts';
export { contains, describeSpace, sample } from './spaces/values.ts';
export type { Tallied } from './with-tally.ts';
export { withTally } from './with-tally.ts';
export { followStatistics, NORMALIZE_OBSERVATION, normalizedSpace, unnormalizedSpec, wrappedSpec } from './wrapped-spec.ts';
