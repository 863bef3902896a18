export { z } from 'zod';
export type {
  Algorithm,
  AnyAlgorithm,
  CreateOptions,
  DatasetAlgorithm,
  PolicyOptions,
  Preset,
  Regime,
  ReplayAlgorithm,
  RolloutAlgorithm,
  StepAlgorithm,
  TakenSpaces,
} from './algorithm/algorithm.ts';
export { isFamily, presetOf } from './algorithm/preset-of.ts';
export type {
  DatasetTrainOptions,
  EvaluationPlan,
  ReplayTrainOptions,
  TrainOptions,
  TransitionData,
} from './algorithm/training-options.ts';
export { decodeCheckpoint, encodeCheckpoint } from './checkpoint/checkpoint.ts';
export type { Checkpoint, CheckpointHeader } from './checkpoint/checkpoint-header.ts';
export { CHECKPOINT_FORMAT } from './checkpoint/checkpoint-header.ts';
export { crc32c } from './checkpoint/crc32c.ts';
export type { CheckpointExpectation, DecodedCheckpoint } from './checkpoint/read-checkpoint.ts';
export { version } from './checkpoint/version.ts';
export type { ConfigOf, ConfigSchema, ConfigSchemaOptions } from './config/config-schema.ts';
export { configSchema, renamedSettings } from './config/config-schema.ts';
export { describeConfig } from './config/describe-config.ts';
export { parseConfig } from './config/parse-config.ts';
export { Bernoulli } from './distributions/bernoulli.ts';
export { Categorical } from './distributions/categorical.ts';
export { DiagonalGaussian } from './distributions/diagonal-gaussian.ts';
export type { DiscreteHead } from './distributions/discrete-head.ts';
export { discreteHead } from './distributions/discrete-head.ts';
export type { Distribution, EntropicDistribution } from './distributions/distribution.ts';
export { Joint, type JointPart, joinRows, type RowPart } from './distributions/joint.ts';
export { MultiCategorical } from './distributions/multi-categorical.ts';
export type { ActionBounds } from './distributions/squashed-gaussian.ts';
export { SquashedGaussian } from './distributions/squashed-gaussian.ts';
export type { Acting, AgentShellOptions, Disposable } from './learn/agent-shell.ts';
export { agentShell } from './learn/agent-shell.ts';
export type { BatchAgentOptions, LearnInputs, ReplayAgentConfig } from './learn/batch-agent.ts';
export { batchAgent, learningAgent, replayAgent, transitionInputs } from './learn/batch-agent.ts';
export type { TensorTree } from './learn/held-back.ts';
export { heldBack } from './learn/held-back.ts';
export type { MaskCheck } from './learn/mask-check.ts';
export { maskCheck } from './learn/mask-check.ts';
export type { MaskedProgram } from './learn/masked-program.ts';
export { maskedProgram } from './learn/masked-program.ts';
export type { ObservationNormalizerOptions } from './learn/observation-normalizer.ts';
export { ObservationNormalizer, observationFields } from './learn/observation-normalizer.ts';
export type { NoiseKind } from './learn/scratch.ts';
export { importanceWeights, noiseInputs, Scratch, scheduledInputs } from './learn/scratch.ts';
export type { Memory, Stateful } from './learn/stateful.ts';
export { Clock, Counter } from './learn/stateful.ts';
export type { Descent, FirstVectors, Trainable, TrainableOptions } from './learn/trainable.ts';
export { trainable } from './learn/trainable.ts';
export type { BestEvaluation, EarlyEnd, EvaluationScores, StopRules } from './loop/best-evaluation.ts';
export { EvaluationRecord } from './loop/best-evaluation.ts';
export { breathe } from './loop/breathe.ts';
export { checkFiniteStep } from './loop/check-finite.ts';
export type { Collected, EpisodeEnd } from './loop/collector.ts';
export { Collector } from './loop/collector.ts';
export type { Evaluation, EvaluationProgress, PlayOptions } from './loop/evaluate.ts';
export { EVALUATION_STEP_LIMIT, evaluate } from './loop/evaluate.ts';
export type { TrainEvent, TrainState, TrainSummary } from './loop/events.ts';
export { MeanMetrics } from './loop/mean-metrics.ts';
export type { Explorer, RolloutBufferOptions } from './loop/rollout-buffer.ts';
export { RolloutBuffer } from './loop/rollout-buffer.ts';
export { Run } from './loop/run.ts';
export { RunProgress } from './loop/run-progress.ts';
export { takeBack } from './loop/take-back.ts';
export type { Learner, LearnersOptions, OffPolicyOptions, ReplayPlayer } from './loop/train-off-policy.ts';
export { trainLearners, trainOffPolicy } from './loop/train-off-policy.ts';
export type { OfflineOptions } from './loop/train-offline.ts';
export { trainOffline } from './loop/train-offline.ts';
export { trainOnPolicy } from './loop/train-on-policy.ts';
export { halfSquare, huber } from './losses/huber.ts';
export { maskValues } from './losses/mask-values.ts';
export { normalizeAdvantage, normalizeAdvantages } from './losses/normalize-advantage.ts';
export { polyak } from './losses/polyak.ts';
export { quantileHuber, quantileMidpoints } from './losses/quantile-huber.ts';
export { takeAction } from './losses/take-action.ts';
export { weightedMean } from './losses/weighted-mean.ts';
export type { Activation } from './nn/activation.ts';
export { activate, activations } from './nn/activation.ts';
export { clipToBox } from './nn/clip-to-box.ts';
export type { Conv2dOptions } from './nn/conv2d.ts';
export { conv2d } from './nn/conv2d.ts';
export type { DenseOptions } from './nn/dense.ts';
export { dense } from './nn/dense.ts';
export { gru } from './nn/gru.ts';
export { hessianVectorProduct } from './nn/hessian-vector-product.ts';
export type { Initialization, Initializer } from './nn/initializers.ts';
export {
  constant,
  glorotUniform,
  heUniform,
  initialize,
  normal,
  orthogonal,
  uniformFanIn,
} from './nn/initializers.ts';
export { layerNorm } from './nn/layer-norm.ts';
export type { ParameterEntry, ParameterLayout, Params } from './nn/layout.ts';
export { concatLayouts, flattenParams, layout, paramsAt, prefixLayout, unflattenParams } from './nn/layout.ts';
export type { LstmState, RecurrentOptions } from './nn/lstm.ts';
export { lstm } from './nn/lstm.ts';
export type { MinAtarCnnOptions } from './nn/minatar-cnn.ts';
export { minAtarCnn } from './nn/minatar-cnn.ts';
export type { MlpOptions } from './nn/mlp.ts';
export { mlp } from './nn/mlp.ts';
export type { Convolutions, NatureCnnOptions } from './nn/nature-cnn.ts';
export { natureCnn } from './nn/nature-cnn.ts';
export type { CombinedNetwork, FeatureNetwork, Network } from './nn/network.ts';
export { combine, inOneVector, parameter } from './nn/network.ts';
export type { NoisyDenseOptions } from './nn/noisy-dense.ts';
export { noisyDense } from './nn/noisy-dense.ts';
export type { NoisyNetwork } from './nn/noisy-network.ts';
export { noisyNetwork } from './nn/noisy-network.ts';
export type { ObservationEncoderOptions, ObservationFeaturesOptions, ObservationNetworkOptions } from './nn/observation.ts';
export {
  convolutionsField,
  encodedSize,
  encodeObservation,
  observationEncoder,
  observationFeatures,
  observationInput,
  observationNetwork,
} from './nn/observation.ts';
export { offsetBy } from './nn/offset-by.ts';
export { oneHot } from './nn/one-hot.ts';
export type { PolicyNetwork } from './nn/policy-network.ts';
export type { LossOutput } from './nn/value-and-grad.ts';
export { valueAndGrad } from './nn/value-and-grad.ts';
export type { AdamOptions } from './optim/adam.ts';
export { adam } from './optim/adam.ts';
export { clipByGlobalNorm } from './optim/clip-by-global-norm.ts';
export type { Optimizer } from './optim/optimizer.ts';
export type { RmspropOptions } from './optim/rmsprop.ts';
export { rmsprop } from './optim/rmsprop.ts';
export type { SgdOptions } from './optim/sgd.ts';
export { sgd } from './optim/sgd.ts';
export type { ExportOptions } from './policy/export-onnx.ts';
export { exportOnnx } from './policy/export-onnx.ts';
export { normalizedPolicy } from './policy/normalized-policy.ts';
export type { PolicyActor, PolicyActorOptions } from './policy/policy-actor.ts';
export { policyActor } from './policy/policy-actor.ts';
export { decodePolicy, encodePolicy, envSpecFromJSON, envSpecToJSON } from './policy/policy-bytes.ts';
export type { EngineChoice, EngineOptions } from './program/create-engine.ts';
export { createEngine } from './program/create-engine.ts';
export type {
  Engine,
  EngineName,
  Executable,
  InputSpec,
  ProgramChoices,
  ProgramSource,
  Results,
  StateVector,
  TensorflowBackend,
} from './program/engine.ts';
export { registerGradients } from './program/gradients/gradients.ts';
export { stopGradient } from './program/gradients/stop-gradient.ts';
export { type ProgramSize, programSize } from './program/mixed/program-size.ts';
export type { OnnxRuntimeWeb } from './program/onnx/onnx-runtime.ts';
export type { Dimension, InputShape, Program, ProgramDefinition, ProgramResult } from './program/program.ts';
export { bool, int32, program, uint8 } from './program/program.ts';
export type { StateTensors, StateUpdate, VectorTree } from './program/store.ts';
export { Store } from './program/store.ts';
export type { ReturnInput } from './returns/discounted-returns.ts';
export { discountedReturns } from './returns/discounted-returns.ts';
export type { GaeInput } from './returns/gae.ts';
export { gae } from './returns/gae.ts';
export { nStepReturns } from './returns/n-step-returns.ts';
export type { VtraceInput, VtraceOptions, VtraceOutput } from './returns/vtrace.ts';
export { vtrace } from './returns/vtrace.ts';
