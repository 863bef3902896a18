/**
 * Soft Actor-Critic for discrete actions.
 *
 * Christodoulou (2019), "Soft Actor-Critic for Discrete Action Settings", arXiv:1910.07207, algorithm 1.
 *
 *   paper            here
 *   Q_θ1, Q_θ2       critics, one value per action, `critic`; of their targets θ̄ `target`
 *   π_φ              policy, `actor`: one probability per action
 *   α                alpha, as its logarithm `logAlpha`
 *   H̄                targetEntropyScale · log A, A the number of legal actions
 *   τ                tau
 *
 * Deviations from the paper:
 * 1. The temperature descends on log α in place of α (eq. 11): its gradient without the factor α, which keeps it positive.
 * 2. H̄ is a share of the entropy of the uniform policy; the paper gives 0.98 of it, which suits games of many steps but keeps
 *    small tasks from becoming greedy.
 * 3. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 * 4. Illegal actions, where the environment names them, have probability 0, in this state and in the next. H̄ of a state is then
 *    a share of the entropy that its legal actions allow: where one alone is legal, nothing is learned about the policy and the
 *    temperature.
 * 5. Beside the paper, off unless asked for: n-step and prioritized replay, normalised observations.
 */

import * as tf from '@tensorflow/tfjs-core';
import { field, Rng } from '@zpin/contracts';
import {
  type Categorical,
  type ConfigOf,
  type CreateOptions,
  combine,
  int32,
  maskedProgram,
  type Network,
  observationInput,
  offsetBy,
  type PolicyOptions,
  program,
  Store,
  takeAction,
  transitionInputs,
} from '@zpin/core';
import { categoricalActing, categoricalActor } from './acting/categorical-actor.ts';
import { actorCriticAgent, actorCriticAlgorithm, checkedConfig } from './actor-critic/actor-critic-agent.ts';
import { actorCriticConfigSchema, actorCriticFields } from './actor-critic/actor-critic-fields.ts';
import { softReport, softTrainables } from './actor-critic/soft-learner.ts';
import { temperatureFields } from './actor-critic/temperature.ts';
import { meanError, smallest } from './critics/critics.ts';
import { discreteSacPresets } from './presets/discrete-sac.ts';
import { sacCriticLoss } from './sac.ts';

// ---- configuration ----

export const discreteSacConfig = actorCriticConfigSchema({
  ...actorCriticFields({ batchSize: 64, learningStarts: 1000, learningRate: 3e-4 }),
  ...temperatureFields,
  targetEntropyScale: field.probability({
    default: 0.5,
    meaning: 'share of the largest entropy, log of the number of legal actions, that a learned temperature aims at',
  }),
});

export type DiscreteSacConfig = ConfigOf<typeof discreteSacConfig>;

// ---- networks ----

/**
 * The policy and the critics, of equal form; critics give Q of every action, `[B, A]` each.
 * @throws SpaceError unless actions are `Discrete`
 */
export function discreteSacNetworks({ spec, config }: PolicyOptions<DiscreteSacConfig>) {
  const actor = categoricalActor('discrete-sac', spec, config);
  const { layout, init, parts } = combine({ q0: actor.scores, q1: actor.scores });
  const critic: Network<readonly [obs: tf.Tensor], tf.Tensor[]> = {
    layout,
    init,
    apply: (params, obs) => [parts.q0.apply(params, obs), parts.q1.apply(params, obs)],
  };
  return { actor, critic };
}

// ---- losses ----

/** Probabilities and their logarithms, `[B, A]` each: what a `Categorical` has. */
export type ActionProbabilities = Pick<Categorical, 'probs' | 'logProbs'>;

/**
 * V(s) = Σ_a π(a|s) (min_i Q_i(s, a) − α log π(a|s)) (eq. 10): `[B]`, all actions in place of a sample.
 * @param q `[B, A]` each
 */
export function softValue(q: readonly tf.Tensor[], { probs, logProbs }: ActionProbabilities, alpha: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(probs, tf.sub(smallest(q), tf.mul(alpha, logProbs))), 1);
}

/** y = r + d V̄(s′) (eq. 4): `[B]`. @param reward `[B]` @param discount `[B]` @param nextValue `[B]`: of the target critics */
export function discreteSacTarget(reward: tf.Tensor, discount: tf.Tensor, nextValue: tf.Tensor): tf.Tensor {
  return tf.add(reward, tf.mul(discount, nextValue));
}

/** J_π = mean Σ_a π(a|s) (α log π(a|s) − min_i Q_i(s, a)) (eq. 12), the soft value negated: scalar. @param q `[B, A]` each */
export function discreteSacActorLoss(q: readonly tf.Tensor[], policy: ActionProbabilities, alpha: tf.Tensor): tf.Tensor {
  return tf.neg(tf.mean(softValue(q, policy, alpha)));
}

/**
 * H̄ of each row (eq. 11), `scale` · log A with A legal actions: `[B]`, 0 where there is no choice.
 * @param mask `[B, A]`, not 0 = legal
 */
export function maskedTargetEntropy(mask: tf.Tensor, scale: number): tf.Tensor {
  const legal = tf.sum(tf.cast(tf.cast(mask, 'bool'), 'float32'), 1);
  return tf.mul(tf.log(legal), scale);
}

// ---- agent ----

/** Builds an agent. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<DiscreteSacConfig>) {
  const config = checkedConfig('discrete-sac', discreteSacConfig, options);
  const { spec, seed, engine } = options;
  const networks = discreteSacNetworks({ spec, config });
  const { numActions, firstAction } = networks.actor;
  const [initRng, rng] = new Rng(seed).spawn(2);
  const { vectors, actor, critic, temperature } = softTrainables(networks, config);
  const store = new Store(engine, vectors(initRng));
  const { targetEntropyScale: scale, criticLearningRate, actorLearningRate } = config;

  /** One round of algorithm 1: critics, policy, temperature, targets. */
  const update = maskedProgram(numActions, mask =>
    program(store, {
      name: 'discrete-sac.update',
      inputs: {
        ...transitionInputs(observationInput(spec.observationSpace), int32(['batch'])),
        ...{ criticLearningRate: [], actorLearningRate: [] },
        ...mask,
        ...(mask.mask && { nextMask: mask.mask }),
      },
      run: (state, { obs, reward, nextObs, discount, weight, mask, criticLearningRate: learningRate, ...batch }) => {
        const alpha = temperature.at(state);

        const next = actor.at(state)(nextObs, batch.nextMask);
        const y = discreteSacTarget(reward, discount, softValue(critic.targetAt(state)(nextObs), next, alpha));
        const fit = critic.descend(state, learningRate, q => {
          const index = offsetBy(batch.action, -firstAction);
          const taken = q(obs).map(values => takeAction(values, index));
          return { loss: sacCriticLoss(taken, y, weight), q: taken[0], error: meanError(taken, y) };
        });

        const q = critic.at(fit.next)(obs);
        const climb = actor.descend(state, batch.actorLearningRate, policy => {
          const probabilities = policy(obs, mask);
          return { loss: discreteSacActorLoss(q, probabilities, alpha), logProb: tf.neg(probabilities.entropy()) };
        });

        const { logProb } = climb;
        const targetEntropy = mask ? tf.mean(maskedTargetEntropy(mask, scale)) : scale * Math.log(numActions);
        const adapted = temperature.adapt(state, { logProb, targetEntropy, learningRate });
        const target = critic.follow(state, fit.next, config.tau);
        return { state: { ...fit.next, ...climb.next, ...target, ...adapted }, ...softReport({ fit, climb, alpha }) };
      },
    }),
  );

  return actorCriticAgent({
    ...{ algorithm: 'discrete-sac', config, spec, store, programs: [update] },
    acting: categoricalActing({ algorithm: 'discrete-sac', spec, actor: networks.actor, store, rng, config }),
    schedules: { criticLearningRate, actorLearningRate },
    policy: { vectors: ['actor'] },
    learn({ actionMask: mask, nextActionMask: nextMask, ...batch }) {
      return update.for(mask)({ ...batch, ...(mask && nextMask && { mask, nextMask }) });
    },
  });
}

/** Soft Actor-Critic, for discrete actions. */
export const discreteSac = actorCriticAlgorithm<DiscreteSacConfig>({
  id: 'discrete-sac',
  title: 'Soft Actor-Critic for discrete actions',
  paper: 'Christodoulou 2019, "Soft Actor-Critic for Discrete Action Settings", arXiv:1910.07207',
  spaces: { actions: ['discrete'] },
  config: discreteSacConfig,
  presets: discreteSacPresets,
  create,
  greedy: options => discreteSacNetworks(options).actor.greedy,
});
