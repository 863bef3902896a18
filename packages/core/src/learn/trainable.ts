import type * as tf from '@tensorflow/tfjs-core';
import type { Rng } from '@zpin/contracts';
import { polyak } from '../losses/polyak.ts';
import { type ParameterLayout, unflattenParams } from '../nn/layout.ts';
import type { Network } from '../nn/network.ts';
import { type LossOutput, valueAndGrad } from '../nn/value-and-grad.ts';
import { clipByGlobalNorm } from '../optim/clip-by-global-norm.ts';
import type { Optimizer } from '../optim/optimizer.ts';

/** A network, its optimiser, and what their vectors are called in the store. */
export interface TrainableOptions<
  Name extends string,
  Moments extends string,
  Target extends string,
  K extends string,
  Inputs extends readonly unknown[],
  Output,
> {
  readonly network: Network<Inputs, Output>;
  readonly optimizer: Optimizer<K>;
  /** Of the parameters. */
  readonly name: Name;
  /** Of the state of the optimiser, a branch of the store. */
  readonly moments: Moments;
  /** Of a copy of the parameters that follows them; there is none when omitted. */
  readonly target?: Target;
  /** Largest global norm of a gradient; not clipped when omitted. */
  readonly maxGradientNorm?: number;
}

/** Tensors `[P]` by name, as the state of a program has them. */
type Vectors<Name extends string> = { readonly [N in Name]: tf.Tensor1D };

/** Tensors of the optimiser's state. */
type MomentsOf<Moments extends string, K extends string> = { readonly [N in Moments]: Readonly<Record<K, tf.Tensor1D>> };

/** First vectors of a store. */
export type FirstVectors<Name extends string, Moments extends string, K extends string> = {
  readonly [N in Name]: Float32Array;
} & { readonly [N in Moments]: Record<K, Float32Array> };

/** What `descend` returns: all that the loss returned, with the gradient's norm and the new vectors under their names. */
export type Descent<Name extends string, Moments extends string, K extends string, R> = Omit<R, 'next' | 'gradientNorm'> & {
  /** Scalar: global norm before it is clipped. */
  readonly gradientNorm: tf.Scalar;
  /** For the state that the program returns. */
  readonly next: Vectors<Name> & MomentsOf<Moments, K>;
};

/**
 * A network that learns by an optimiser, as one thing: what an algorithm's update is written with.
 *
 * ```ts
 * const critic = trainable({ network, optimizer: adam(), name: 'critic', moments: 'criticAdam', target: 'target' });
 * const store = new Store(engine, { ...critic.vectors(rng) });
 * // In the run of a program:
 * const step = critic.descend(state, learningRate, q => ({ loss: tf.mean(tf.squaredDifference(q(obs, action), y)) }));
 * return { state: { ...step.next, ...critic.follow(state, step.next, 0.005) }, metrics: { loss: step.loss } };
 * ```
 */
export interface Trainable<
  Name extends string,
  Moments extends string,
  Target extends string,
  K extends string,
  Inputs extends readonly unknown[],
  Output,
> {
  readonly layout: ParameterLayout;
  /** First values of all its vectors, for a `Store`. */
  vectors(rng: Rng): FirstVectors<Name | Target, Moments, K>;
  /** The network with the parameters of a state, for reading: targets, acting, metrics. */
  at(state: Vectors<Name>): (...inputs: Inputs) => Output;
  /** The network with the parameters that follow. */
  targetAt(state: Vectors<Target>): (...inputs: Inputs) => Output;
  /**
   * The gradient of a loss by the parameters.
   * @param loss of the network with parameters to differentiate by; other tensors that it returns are handed on
   * @returns all that `loss` returned, with `gradient` `[P]`
   * @throws ProgramError when the loss is no scalar or depends on no parameter
   */
  gradient<R extends LossOutput>(
    state: Vectors<Name>,
    loss: (network: (...inputs: Inputs) => Output) => R,
  ): R & { readonly gradient: tf.Tensor1D };
  /**
   * One step against the gradient of a loss, clipped where that is asked for.
   * @param learningRate a number, or a scalar or `[1]` tensor
   * @throws ProgramError when the loss is no scalar or depends on no parameter
   */
  descend<R extends LossOutput>(
    state: Vectors<Name> & MomentsOf<Moments, K>,
    learningRate: tf.Tensor | number,
    loss: (network: (...inputs: Inputs) => Output) => R,
  ): Descent<Name, Moments, K, R>;
  /** The copy that follows, after the parameters became those of `next`: target ← (1 − τ) target + τ online. */
  follow(state: Vectors<Target>, next: Vectors<Name>, tau: number): { readonly [N in Target]: tf.Tensor };
}

/** Puts a network, its optimiser and the names of their vectors together. */
export function trainable<
  Name extends string,
  Moments extends string,
  K extends string,
  Inputs extends readonly unknown[],
  Output,
  Target extends string = never,
>(options: TrainableOptions<Name, Moments, Target, K, Inputs, Output>): Trainable<Name, Moments, Target, K, Inputs, Output> {
  const { network, optimizer, name, moments, target, maxGradientNorm } = options;
  const { layout } = network;
  // Names are known by their type, which an object made of computed keys forgets.
  const named = <Keys extends string, Value>(entries: readonly (readonly [Keys, Value])[]) =>
    Object.fromEntries(entries) as Record<Keys, Value>;
  const networkAt = (flat: tf.Tensor1D) => {
    const params = unflattenParams(layout, flat);
    return (...inputs: Inputs) => network.apply(params, ...inputs);
  };

  const gradient: Trainable<Name, Moments, Target, K, Inputs, Output>['gradient'] = (state, loss) =>
    valueAndGrad(layout, params => loss((...inputs) => network.apply(params, ...inputs)))(state[name]);

  return {
    layout,
    vectors(rng) {
      const parameters = network.init(rng);
      const copy = target === undefined ? [] : [[target, parameters] as const];
      const own = named<Name | Target, Float32Array>([[name, parameters], ...copy]);
      return { ...own, ...named([[moments, optimizer.init(layout.size)]]) } as FirstVectors<Name | Target, Moments, K>;
    },
    at: state => networkAt(state[name]),
    targetAt: state => networkAt(state[target as Target]),
    gradient,
    descend<R extends LossOutput>(
      state: Vectors<Name> & MomentsOf<Moments, K>,
      learningRate: tf.Tensor | number,
      loss: (network: (...inputs: Inputs) => Output) => R,
    ) {
      const { gradient: whole, ...outputs } = gradient(state, loss);
      const { gradient: clipped, norm } = clipByGlobalNorm(whole, maxGradientNorm ?? Number.POSITIVE_INFINITY);
      const step = optimizer.step({ parameters: state[name], gradient: clipped, state: state[moments], learningRate });
      const next = { ...named([[name, step.parameters]]), ...named([[moments, step.state]]) };
      // A rest of a generic record is none that TypeScript knows to be the rest of `R`.
      return { ...outputs, gradientNorm: norm, next } as unknown as Descent<Name, Moments, K, R>;
    },
    follow: (state, next, tau) => named([[target as Target, polyak(state[target as Target], next[name], tau)]]),
  };
}
