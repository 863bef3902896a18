import * as tf from '@tensorflow/tfjs-core';
import { ConfigError, message, ProgramError } from '@zpin/contracts';

/** Where one parameter tensor lies in a flat vector. */
export interface ParameterEntry {
  /** Unique in its layout; parts are joined by `/`, for example `policy/hidden0/weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Index of its first number in the flat vector. */
  readonly offset: number;
  /** Count of its numbers: the product of its shape. */
  readonly size: number;
}

/** Order, names and shapes of the parameters of a network in one flat vector of 32-bit floats. */
export interface ParameterLayout {
  readonly entries: readonly ParameterEntry[];
  /** Length of the flat vector. */
  readonly size: number;
}

/** Parameter tensors by name. */
export type Params = Readonly<Record<string, tf.Tensor>>;

/**
 * A layout with the given parameters one behind the other.
 * @throws ProgramError when a name comes twice or a shape holds anything but positive integers; ConfigError when no machine has
 * memory for so many weights
 */
export function layout(parameters: Iterable<readonly [name: string, shape: readonly number[]]>): ParameterLayout {
  const entries: ParameterEntry[] = [];
  const names = new Set<string>();
  let offset = 0;
  for (const [name, shape] of parameters) {
    if (names.has(name))
      throw new ProgramError(message('layout', 'names of parameters must be unique', name, 'Rename one of them'));
    if (!shape.every(size => Number.isSafeInteger(size) && size > 0)) {
      throw new ProgramError(
        message('layout', `shape of "${name}" must hold positive integers`, shape, 'Check the sizes of its layer'),
      );
    }
    names.add(name);
    const size = shape.reduce((product, axis) => product * axis, 1);
    entries.push({ name, shape, offset, size });
    offset += size;
  }
  if (offset > MOST_WEIGHTS) {
    const remedy = 'Give fewer units, layers, outputs or a smaller picture';
    throw new ConfigError(message('network', `it must have at most ${MOST_WEIGHTS} weights`, offset, remedy));
  }
  return { entries, size: offset };
}

/** With gradients, moments of the optimiser and a target, 2^28 weights are some 7 GiB; engines have no use for more. */
const MOST_WEIGHTS = 2 ** 28;

/** The same parameters with `prefix/` before each name. */
export function prefixLayout(prefix: string, { entries }: ParameterLayout): ParameterLayout {
  return layout(entries.map(({ name, shape }) => [`${prefix}/${name}`, shape]));
}

/** The parameters of all layouts, one layout behind the other. */
export function concatLayouts(...layouts: readonly ParameterLayout[]): ParameterLayout {
  return layout(layouts.flatMap(({ entries }) => entries.map(({ name, shape }) => [name, shape] as const)));
}

/**
 * The parameters whose names begin with `prefix/`, by the rest of their names: what the part of a network sees of the whole.
 * @throws ProgramError when there are none
 */
export function paramsAt(prefix: string, params: Params): Params {
  const start = `${prefix}/`;
  const part = Object.entries(params).flatMap(([name, tensor]) =>
    name.startsWith(start) ? [[name.slice(start.length), tensor]] : [],
  );
  if (part.length === 0) {
    throw new ProgramError(
      message(
        'paramsAt',
        `parameters must have names that begin with "${start}"`,
        Object.keys(params),
        'Use the layout of this network',
      ),
    );
  }
  return Object.fromEntries(part);
}

/**
 * Parameters with those of a first layer divided by `scale`: the same as dividing its inputs, which are many more.
 * @param name of the layer's weights
 */
export function scaledWeights(params: Params, name: string, scale: number): Params {
  return scale === 1 ? params : { ...params, [name]: tf.div(params[name], scale) };
}

/**
 * Cuts a flat vector into the tensors of its layout.
 *
 * For reading only (acting, targets). Where a loss is differentiated use `valueAndGrad`: each cut made inside the differentiated
 * function would cost a full-size pad and addition in its gradient.
 * @param flat `[layout.size]`
 */
export function unflattenParams(layout: ParameterLayout, flat: tf.Tensor1D): Params {
  if (flat.size !== layout.size) {
    throw new ProgramError(
      message(
        'unflattenParams',
        `the flat vector must have ${layout.size} numbers`,
        flat.shape,
        'Use parameters of the same network',
      ),
    );
  }
  return Object.fromEntries(
    layout.entries.map(({ name, shape, offset, size }) => [name, tf.reshape(tf.slice(flat, [offset], [size]), [...shape])]),
  );
}

/** The flat vector `[layout.size]` of parameter tensors: the inverse of `unflattenParams`. */
export function flattenParams(layout: ParameterLayout, params: Params): tf.Tensor1D {
  const leaves = layout.entries.map(({ name, size }) => {
    const tensor = params[name];
    if (tensor?.size !== size) {
      throw new ProgramError(
        message('flattenParams', `"${name}" must have ${size} numbers`, tensor?.shape, 'Use parameters of the same network'),
      );
    }
    return tf.reshape<tf.Rank.R1>(tensor, [size]);
  });
  return leaves.length === 1 ? leaves[0] : tf.concat1d(leaves);
}
