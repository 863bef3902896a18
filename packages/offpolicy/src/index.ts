export type { ActingOptions } from './acting/acting-options.ts';
export type { ActionBox } from './acting/action-box.ts';
export { actionBox } from './acting/action-box.ts';
export type { ActionNoise, CorrelatedNoiseOptions, OrnsteinUhlenbeckOptions } from './acting/action-noise.ts';
export { correlatedNoise, gaussianNoise, ornsteinUhlenbeckNoise } from './acting/action-noise.ts';
export type { DeterministicActor } from './acting/deterministic-actor.ts';
export { deterministicActor } from './acting/deterministic-actor.ts';
export type { StochasticActingConfig, StochasticActor } from './acting/stochastic-actor.ts';
export { stochasticActing, stochasticActor } from './acting/stochastic-actor.ts';
export type { LearningRates, NetworkConfig } from './actor-critic/actor-critic-fields.ts';
export { actorCriticConfigSchema, learningRateFields, networkFields, tauField } from './actor-critic/actor-critic-fields.ts';
export type { LearnerOptions } from './actor-critic/learner-options.ts';
export { logarithm } from './actor-critic/logarithm.ts';
export type { SoftLearnerConfig } from './actor-critic/soft-learner.ts';
export { softFields, softLearner, softNetworks } from './actor-critic/soft-learner.ts';
export { temperatureLoss } from './actor-critic/temperature.ts';
export type { CriticForm, CriticOptions, Critics } from './critics/critics.ts';
export { critics, meanError, smallest } from './critics/critics.ts';
export type { StateActionNetwork, StateActionOptions } from './critics/state-action-network.ts';
export { stateActionNetwork } from './critics/state-action-network.ts';
export type { DdpgConfig } from './ddpg.ts';
export { clippedTarget, ddpg, ddpgActorLoss, ddpgConfig, ddpgCriticLoss, ddpgNetworks, ddpgTarget } from './ddpg.ts';
export type { ActionProbabilities, DiscreteSacConfig } from './discrete-sac.ts';
export {
  discreteSac,
  discreteSacActorLoss,
  discreteSacConfig,
  discreteSacNetworks,
  discreteSacTarget,
  softValue,
} from './discrete-sac.ts';
export type { RedqConfig, RedqTargetInput } from './redq.ts';
export { drawSubset, redq, redqActorLoss, redqConfig, redqNetworks, redqTarget } from './redq.ts';
export type { SacConfig, SacTargetInput } from './sac.ts';
export { sac, sacActorLoss, sacConfig, sacCriticLoss, sacNetworks, sacTarget } from './sac.ts';
export type { Td3Config } from './td3.ts';
export { smoothedAction, td3, td3ActorLoss, td3Config, td3CriticLoss, td3Networks, td3Target } from './td3.ts';
export type { TqcConfig, TqcTargetInput } from './tqc.ts';
export { smallestAtoms, tqc, tqcActorLoss, tqcConfig, tqcCriticLoss, tqcNetworks, tqcTarget } from './tqc.ts';
