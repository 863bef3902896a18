import type * as tf from '@tensorflow/tfjs-core';
import type { Rng } from '@zpin/contracts';
import { type Initializer, initialize } from './initializers.ts';
import { concatLayouts, layout, type ParameterLayout, type Params, paramsAt, prefixLayout } from './layout.ts';

/** A parametrised function of tensors that holds no parameters itself: they come in, so a program can differentiate by them. */
export interface Network<Inputs extends readonly unknown[] = readonly [x: tf.Tensor], Output = tf.Tensor> {
  readonly layout: ParameterLayout;
  /** First parameters `[layout.size]`. */
  init(rng: Rng): Float32Array;
  /** Pure function of parameters and inputs. */
  apply(params: Params, ...inputs: Inputs): Output;
}

/** Networks by name, of any inputs and outputs. */
export type NetworkParts = Readonly<Record<string, Network<readonly never[], unknown>>>;

/** Several networks in one parameter vector. */
export interface CombinedNetwork<P extends NetworkParts> {
  /** Names of parameters begin with the name of their part and `/`. */
  readonly layout: ParameterLayout;
  init(rng: Rng): Float32Array;
  /** The given networks, whose `apply` takes the parameters of the whole. */
  readonly parts: { readonly [K in keyof P]: Pick<P[K], 'apply'> };
}

/**
 * Puts networks behind each other in one parameter vector.
 *
 * ```ts
 * const { layout, init, parts } = combine({ policy: mlp(...), value: mlp(...) });
 * const logits = parts.policy.apply(params, obs);
 * ```
 */
export function combine<P extends NetworkParts>(networks: P): CombinedNetwork<P> {
  const entries = Object.entries(networks);
  const named = entries.map(([name, { layout, init }]) => ({ layout: prefixLayout(name, layout), init }));
  const parts = entries.map(([name, network]) => [
    name,
    {
      apply: (params: Params, ...inputs: readonly never[]) =>
        network.apply(network.layout.size === 0 ? {} : paramsAt(name, params), ...inputs),
    },
  ]);
  return { ...inOneVector(...named), parts: Object.fromEntries(parts) as CombinedNetwork<P>['parts'] };
}

/** Parameters of a network: their names, and their first values. */
type Parameters = Pick<Network, 'layout' | 'init'>;

/** Parameters of several networks one behind the other, under the names that they have. Their names must differ. */
export function inOneVector(...networks: readonly Parameters[]): Parameters {
  const whole = concatLayouts(...networks.map(network => network.layout));
  return {
    layout: whole,
    init(rng) {
      const flat = new Float32Array(whole.size);
      let offset = 0;
      for (const { layout, init } of networks) {
        flat.set(init(rng), offset);
        offset += layout.size;
      }
      return flat;
    },
  };
}

/**
 * A network behind another one, in one parameter vector. The first keeps the names of its parameters; those of the second begin
 * with `name/`.
 */
export function followedBy(first: Network, name: string, second: Network): Network {
  return {
    ...inOneVector(first, { ...second, layout: prefixLayout(name, second.layout) }),
    apply: (params, x) => second.apply(paramsAt(name, params), first.apply(params, x)),
  };
}

/** A network that ends with its last hidden layer. */
export interface FeatureNetwork extends Network {
  /** Numbers per row that it gives. */
  readonly outputSize: number;
}

/** A tensor of parameters that depends on no input, for example a state-independent standard deviation. */
export function parameter(shape: readonly number[], initializer: Initializer): Network<readonly []> {
  const own = layout([['value', shape]]);
  return { layout: own, init: rng => initialize(own, { value: initializer }, rng), apply: params => params.value };
}
