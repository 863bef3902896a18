/**
 * Conservative Q-learning on soft actor-critic: actions that the data do not show are valued low.
 *
 * Kumar, Zhou, Tucker, Levine (2020), "Conservative Q-Learning for Offline Reinforcement Learning", arXiv:2006.04779, algorithm 1
 * with CQL(H) (equation 4), its importance sampling and its Lagrange variant (appendix F).
 *
 *   paper            here
 *   Q_θ1, Q_θ2       critics, `critic`; of their targets `target`
 *   π_φ              policy, `actor`, of SAC
 *   α                cqlWeight; where it is learned, as its logarithm `logCqlWeight`
 *   τ                cqlThreshold, of the Lagrange variant (equation 30)
 *   log Σ_a exp Q    `logSumExpEstimate`
 *
 * Deviations from the paper:
 * 1. Actions are rescaled to [−1, 1]ᴷ: densities, and with them the penalty, are counted there.
 * 2. Entropy is in the target of the critics only where `softTarget` is on; the authors' code leaves it out too.
 * 3. Proposals are uniform actions and the policy's at s, as in appendix F; with `nextProposals` those of the policy at s′ too, as
 *    in the authors' code, which leaves out the constant log of their number: that shifts τ.
 * 4. The policy learns from the critics from the start, or clones the data first (`cloningSteps`), as in the authors' code. There
 *    an action at a bound counts as one a thousandth inside: tanh comes to no bound.
 * 5. Observations are normalised where `normalizeObservations` is on.
 * 6. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs-core';
import { field, type OfflineAgent, Rng } from '@zpin/contracts';
import {
  adam,
  type ConfigOf,
  type CreateOptions,
  type DatasetAlgorithm,
  noiseInputs,
  type PolicyOptions,
  parseConfig,
  program,
  SquashedGaussian,
  trainable,
} from '@zpin/core';
import {
  actorCriticConfigSchema,
  learningRateFields,
  logarithm,
  sacActorLoss,
  sacCriticLoss,
  sacTarget,
  softFields,
  softLearner,
  softNetworks,
} from '@zpin/offpolicy';
import { requireBox } from './acting/action-kind.ts';
import { repeatRows } from './acting/repeat-rows.ts';
import { datasetRegime } from './learning/dataset-regime.ts';
import { batchFields, normalizationField, valueFields } from './learning/learning-fields.ts';
import { normalizingAgent, onNormalized } from './learning/normalizing-agent.ts';
import { hopper } from './presets/hopper.ts';
import { pendulum } from './presets/pendulum.ts';

// ---- configuration ----

export const cqlConfig = actorCriticConfigSchema({
  ...batchFields,
  ...learningRateFields({ critic: 3e-4, actor: 9.9e-5 }),
  ...valueFields,
  ...softFields,
  ...normalizationField,
  softTarget: field.boolean({ default: false, meaning: 'whether the entropy of the next action counts in the target' }),
  cqlWeight: field.nonNegative({
    default: 5,
    meaning: 'weight of the conservative penalty (alpha of the paper); where it is learned, the first one; 0 is SAC',
  }),
  learnCqlWeight: field.boolean({
    default: false,
    meaning: 'adapt the weight of the penalty to cqlThreshold (Lagrange variant)',
  }),
  cqlThreshold: field.positive({ default: 10, meaning: 'penalty that a learned weight aims at (tau of the paper)' }),
  numProposals: field.count({
    max: 1000,
    default: 10,
    meaning: 'uniform actions, and as many of the policy, that stand for all in the penalty',
  }),
  nextProposals: field.boolean({
    default: false,
    meaning: 'whether as many actions that the policy would take in the next observation stand for all too',
  }),
  cloningSteps: field.count({
    min: 0,
    default: 0,
    unit: 'gradient steps',
    meaning: 'steps at the start in which the policy clones the data, while the critics learn already',
  }),
});

export type CqlConfig = ConfigOf<typeof cqlConfig>;

// ---- networks ----

/** The policy and the critics. @throws SpaceError unless actions are a bounded `Box` */
export function cqlNetworks(options: PolicyOptions<CqlConfig>) {
  return softNetworks('cql', options, { count: 2 });
}

// ---- losses ----

/**
 * log ∫ exp Q(s, a) da, by importance sampling: the mean of exp Q / density over proposals, equally many of each kind (appendix F).
 * @param q `[B, M]` of the proposals @param logDensity `[B, M]`: log of the density that each was drawn from @returns `[B]`
 */
export function logSumExpEstimate(q: tf.Tensor, logDensity: tf.Tensor): tf.Tensor {
  return tf.sub(tf.logSumExp(tf.sub(q, logDensity), 1), Math.log(q.shape[1] as number));
}

/** Largest weight of the penalty, as in the authors' code. */
const MAX_WEIGHT = 1e6;

/** α of its logarithm `[1]`: a scalar. */
export function cqlWeightOf(logWeight: tf.Tensor): tf.Tensor {
  return tf.sum(tf.clipByValue(tf.exp(logWeight), 0, MAX_WEIGHT));
}

/** −α · (penalty − τ), which α descends on (equation 30): scalar. @param logWeight `[1]` @param penalty scalar, constant */
export function cqlWeightLoss(logWeight: tf.Tensor, penalty: tf.Tensor, threshold: number): tf.Tensor {
  return tf.neg(tf.mul(cqlWeightOf(logWeight), tf.sub(penalty, threshold)));
}

/** Largest action that is cloned: at 1 its tanh is inverted to something far off. */
const LARGEST_CLONED = 0.999;

/**
 * mean (α log π(a|s) − log π(a_data|s)): what the policy descends on while it clones: scalar.
 * @param policy π(·|s) @param logProb `[B]`: of its own actions @param action `[B, K]` of the data, in [−1, 1]
 */
export function cloningLoss(policy: SquashedGaussian, logProb: tf.Tensor, action: tf.Tensor, alpha: tf.Tensor): tf.Tensor {
  const likelihood = policy.logProb(tf.clipByValue(action, -LARGEST_CLONED, LARGEST_CLONED));
  return tf.mean(tf.sub(tf.mul(alpha, logProb), likelihood));
}

/** Actions that stand for all at each of B observations: N of each of M kinds. */
interface Proposals {
  /** `[B·N, D]`: each observation N times. */
  readonly obs: tf.Tensor;
  /** `[B·N, K]` of each kind: uniform ones first, then those of policies. */
  readonly actions: readonly tf.Tensor[];
  /** `[B, M·N]`: log of the density that each was drawn from. */
  readonly logDensity: tf.Tensor;
}

interface ProposalOptions {
  /** Distributions to draw from besides the uniform one: π(·|s), and π(·|s′) where that is asked for. */
  readonly policies: readonly SquashedGaussian[];
  /** `[B, D]` */
  readonly obs: tf.Tensor;
  /** `[B, N·K]`, uniform in [−1, 1]. */
  readonly uniform: tf.Tensor;
  /** `[B, P·N·K]` for P policies, standard normal. */
  readonly noise: tf.Tensor;
  /** N */
  readonly count: number;
  /** K */
  readonly actionSize: number;
}

/** Draws proposals of all kinds (appendix F). */
export function propose({ policies, obs, uniform, noise, count: N, actionSize: K }: ProposalOptions): Proposals {
  const noises = policies.length === 1 ? [noise] : tf.split(noise, policies.length, 1);
  const drawn = policies.map(({ base: { mean, logStd } }, i) => {
    const repeated = new SquashedGaussian(repeatRows(mean, N), repeatRows(logStd, N));
    return repeated.sampleWithLogProb(tf.reshape(noises[i], [-1, K]));
  });
  const densities = drawn.map(({ logProb }) => tf.reshape(logProb, [-1, N]));
  // Uniform on a cube of side 2.
  const logDensity = tf.concat([tf.fill(densities[0].shape, -K * Math.LN2), ...densities], 1);
  const actions = [tf.reshape(uniform, [-1, K]), ...drawn.map(({ action }) => action)];
  return { obs: repeatRows(obs, N), actions, logDensity };
}

/**
 * mean (log ∫ exp Q(s, a) da − Q(s, a_data)) of each critic (eq. 4): scalars.
 * @param q `[B]` each: of the actions in the data @param critics gives Q of other actions, `[B·N]` each
 */
export function conservativePenalties(
  q: readonly tf.Tensor[],
  critics: (obs: tf.Tensor, action: tf.Tensor) => readonly tf.Tensor[],
  { obs, actions, logDensity }: Proposals,
): tf.Tensor[] {
  const rows = [-1, (logDensity.shape[1] as number) / actions.length];
  const judged = actions.map(action => critics(obs, action));
  return q.map((values, i) => {
    const many = tf.concat(
      judged.map(critic => tf.reshape(critic[i], rows)),
      1,
    );
    return tf.mean(tf.sub(logSumExpEstimate(many, logDensity), values));
  });
}

// ---- agent ----

/** Builds a CQL agent. @throws SpaceError unless actions are a `Box` of floats with finite bounds */
function create({ spec, config: given, seed, engine }: CreateOptions<CqlConfig>): OfflineAgent<CqlConfig> {
  requireBox('cql', spec);
  const config = parseConfig(cqlConfig, given, 'cql');
  const { numProposals: N, nextProposals, softTarget, learnCqlWeight, cqlThreshold } = config;
  const numPolicies = nextProposals ? 2 : 1;
  // A weight of 0 cannot be learned from: its logarithm is where nothing moves it.
  const first = logarithm(Math.max(config.cqlWeight, 1e-6));
  const weight = trainable({ network: first, optimizer: adam(), name: 'logCqlWeight', moments: 'weightAdam' });
  // Its first value is given, so nothing is drawn.
  const extra = weight.vectors(new Rng(seed));
  const learner = softLearner({ algorithm: 'cql', spec, config, seed, engine, extra, ...cqlNetworks({ spec, config }) });
  const { actor, critic, temperature, targetEntropy, toUnit, updateRng, actionSize: K } = learner;

  /** One round of algorithm 1: critics, weight of the penalty, policy, temperature, targets. */
  const makeUpdate = (isCloning: boolean) =>
    program(learner.store, {
      name: isCloning ? 'cql.update-cloning' : 'cql.update',
      inputs: { ...learner.inputs, uniform: ['batch', N * K], proposalNoise: ['batch', numPolicies * N * K] },
      run: (state, { obs, reward, nextObs, discount, uniform, criticLearningRate: learningRate, ...batch }) => {
        const alpha = temperature.at(state);
        const policy = actor.at(state);
        const next = policy(nextObs).sampleWithLogProb(batch.nextNoise);
        const nextQ = critic.targetAt(state)(nextObs, next.action);
        const entropyWeight = softTarget ? alpha : tf.scalar(0);
        const y = sacTarget({ reward, discount, nextQ, nextLogProb: next.logProb, alpha: entropyWeight });

        const noise = batch.proposalNoise;
        const policies = [policy(obs), ...(nextProposals ? [policy(nextObs)] : [])];
        const proposals = propose({ policies, obs, uniform, noise, count: N, actionSize: K });
        const cqlWeight = learnCqlWeight ? cqlWeightOf(weight.at(state)()) : tf.scalar(config.cqlWeight);
        const action = toUnit(batch.action);
        const fit = critic.descend(state, learningRate, critics => {
          const q = critics(obs, action);
          const penalties = conservativePenalties(q, critics, proposals);
          const tdLoss = sacCriticLoss(q, y);
          const loss = tf.add(tdLoss, tf.mul(cqlWeight, tf.addN(penalties)));
          return { loss, tdLoss, q: q[0], penalty: tf.div(tf.addN(penalties), penalties.length) };
        });
        const weightLoss = (log: () => tf.Tensor) => ({ loss: cqlWeightLoss(log(), fit.penalty, cqlThreshold) });
        const weighed = learnCqlWeight ? weight.descend(state, learningRate, weightLoss).next : {};

        const climb = actor.descend(state, batch.actorLearningRate, policy => {
          const chosen = policy(obs);
          const { action: own, logProb } = chosen.sampleWithLogProb(batch.noise);
          if (isCloning) return { loss: cloningLoss(chosen, logProb, action, alpha), logProb };
          return { loss: sacActorLoss(critic.at(fit.next)(obs, own), logProb, alpha), logProb };
        });
        const adapted = temperature.adapt(state, { logProb: climb.logProb, targetEntropy, learningRate });
        const target = critic.follow(state, fit.next, config.tau);
        return {
          state: { ...fit.next, ...climb.next, ...target, ...adapted, ...weighed },
          metrics: {
            ...{ tdLoss: fit.tdLoss, penalty: fit.penalty, cqlWeight, actorLoss: climb.loss },
            ...{ qValue: tf.mean(fit.q), entropy: tf.neg(tf.mean(climb.logProb)), alpha },
          },
        };
      },
    });

  const proposed = { uniform: { width: N * K, uniform: [-1, 1] }, proposalNoise: { width: numPolicies * N * K } } as const;
  const noise = noiseInputs(updateRng, { noise: { width: K }, nextNoise: { width: K }, ...proposed });
  // Of two programs that which is never called is never compiled.
  const [update, cloning] = [makeUpdate(false), makeUpdate(true)];
  return normalizingAgent({
    ...{ ...learner.parts, noise, programs: [update, cloning] },
    learn: (inputs, { step }) => (step < config.cloningSteps ? cloning : update)(inputs),
  });
}

/** Conservative Q-learning from a data set, for continuous actions. */
export const cql: DatasetAlgorithm<CqlConfig> = {
  id: 'cql',
  title: 'Conservative Q-learning (CQL)',
  paper: 'Kumar et al. 2020, "Conservative Q-Learning for Offline Reinforcement Learning", arXiv:2006.04779',
  ...datasetRegime,
  spaces: { actions: ['box'] },
  config: cqlConfig,
  // Uniform actions, and those of the policy for the observation and what follows it.
  samplesPerRow: ({ numProposals }) => 3 * numProposals,
  presets: { 'Hopper-v5': hopper.cql, 'Pendulum-v1': pendulum.cql },
  create,
  policy: options => onNormalized(cqlNetworks(options).actor.greedy, options),
};
