export { isGivenBack } from './files/claims.ts';
export { parameterImportance } from './importance/parameter-importance.ts';
export type { StoredStudy, StoredTrial } from './journal/journal-state.ts';
export { isObject, type JsonObject, type JsonValue } from './journal/operations.ts';
export { type MedianPruningOptions, shouldPruneByMedian } from './pruners/median.ts';
export { type SuccessiveHalvingOptions, shouldPruneByHalving } from './pruners/successive-halving.ts';
export { gridPoints } from './samplers/grid.ts';
export { sampleRandom } from './samplers/random.ts';
export { sampleTpe, type TpeOptions } from './samplers/tpe.ts';
export { type Pruning, SAMPLERS, type SamplerName, type SearchEvent, type SearchOptions, search } from './search.ts';
export { checkSpace } from './space/check-space.ts';
export type {
  CategoricalParameter,
  Condition,
  FloatParameter,
  IntParameter,
  Parameter,
  ParameterValue,
  Params,
  SearchSpace,
} from './space/parameter.ts';
export { checkSettings, type SettingSpace, settingSpace } from './space/setting-space.ts';
export { bestTrial, type Direction, rankComplete, type Trial, type TrialState } from './trial.ts';
export type { BeginOptions, BegunTrial, Proposal, TrialStorage } from './trial-storage.ts';
