export type { A2cConfig } from './a2c.ts';
export { a2c } from './a2c.ts';
export type { A3cAgent, A3cConfig } from './a3c.ts';
export { a3cWith } from './a3c.ts';
export { jointParts, separateParts } from './actor-critic/agent-parts.ts';
export type { NormalizationConfig, RolloutDefaults } from './actor-critic/fields.ts';
export {
  actorCriticFields,
  advantageFields,
  jointLossFields,
  jointPolicyFields,
  lambdaField,
  minibatchFields,
  normalizedAdvantageField,
  rolloutFields,
  separateConfigSchema,
  separatePolicyFields,
} from './actor-critic/fields.ts';
export type { Candidate, LineSearchOptions } from './actor-critic/line-search.ts';
export { lineSearch } from './actor-critic/line-search.ts';
export type { ConjugateGradientOptions, NaturalStepInput, PolicyStepInput } from './actor-critic/natural-gradient.ts';
export {
  conjugateGradient,
  judgePolicy,
  naturalGradientFields,
  naturalStep,
  policyStep,
} from './actor-critic/natural-gradient.ts';
export type { ActorCritic, ActorCriticOptions, Judgement, Player, SeparateActorCritic } from './actor-critic/networks.ts';
export { actorCritic, greedyPolicy, separateActorCritic } from './actor-critic/networks.ts';
export { Normalizer } from './actor-critic/normalizer.ts';
export { policyGradientLoss } from './actor-critic/policy-gradient-loss.ts';
export type { PolicyHead } from './actor-critic/policy-head.ts';
export { policyHead } from './actor-critic/policy-head.ts';
export type { RolloutAgent, RolloutAgentOptions } from './actor-critic/rollout-agent.ts';
export { rolloutAgent, rolloutAlgorithm, rolloutRegime } from './actor-critic/rollout-agent.ts';
export { rolloutInputs } from './actor-critic/rollout-inputs.ts';
export { surrogate } from './actor-critic/surrogate.ts';
export type { ValueFitOptions } from './actor-critic/value-fit.ts';
export { fittedValueFields, valueFit, valueLearner } from './actor-critic/value-fit.ts';
export type { DppoAgent, DppoConfig } from './dppo.ts';
export { dppoWith } from './dppo.ts';
export type { NpgConfig } from './npg.ts';
export { npg } from './npg.ts';
export type { OneStepActorCriticConfig } from './one-step-actor-critic.ts';
export { oneStepActorCritic } from './one-step-actor-critic.ts';
export type {
  PolicyLossInput,
  PpoConfig,
  PpoLearnerOptions,
  PpoLoss,
  PpoLossInput,
  PpoRows,
  PpoVariant,
} from './ppo.ts';
export { clippedPolicyLoss, ppo, ppoAgent, ppoConfig, ppoFields, ppoLearner, ppoLoss, valueLoss } from './ppo.ts';
export type { PpoPenaltyConfig } from './ppo-penalty.ts';
export { ppoPenalty } from './ppo-penalty.ts';
export type { RecurrentPpoConfig } from './recurrent-ppo.ts';
export { recurrentPpo } from './recurrent-ppo.ts';
export type { ReinforceConfig } from './reinforce.ts';
export { reinforce } from './reinforce.ts';
export type { LearnFromAdvantages, RolloutColumns } from './rollout/advantages.ts';
export { advantages, onAdvantages } from './rollout/advantages.ts';
export type { Columns } from './rollout/minibatches.ts';
export { minibatches } from './rollout/minibatches.ts';
export type { SequenceColumns, Sequences } from './rollout/sequences.ts';
export type { TrpoConfig } from './trpo.ts';
export { trpo } from './trpo.ts';
export type { VpgConfig } from './vpg.ts';
export { vpg } from './vpg.ts';
export { inThisThread } from './workers/in-this-thread.ts';
export { sharedRmspropStep } from './workers/shared-rmsprop.ts';
export type { Crew, MakeWorker, Spawn, TrainingWorker, Workplace } from './workers/training-worker.ts';
