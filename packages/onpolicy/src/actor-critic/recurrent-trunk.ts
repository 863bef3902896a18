import * as tf from '@tensorflow/tfjs-core';
import type { Rng, Space } from '@zpin/contracts';
import {
  concatLayouts,
  gru,
  lstm,
  type ObservationFeaturesOptions,
  observationFeatures,
  type ParameterLayout,
  type Params,
  paramsAt,
  prefixLayout,
} from '@zpin/core';

export interface RecurrentTrunkOptions extends ObservationFeaturesOptions {
  readonly recurrentCell: 'lstm' | 'gru';
  /** Units of the cell. */
  readonly recurrentSize: number;
}

/** Hidden layers behind an observation, and a cell behind them that remembers. */
export interface RecurrentTrunk {
  readonly layout: ParameterLayout;
  init(rng: Rng): Float32Array;
  /** Numbers remembered: the hidden state, and that of the cell for an LSTM. */
  readonly memorySize: number;
  /** Numbers per row that it gives. */
  readonly outputSize: number;
  /** @param obs `[B, D]` @param memory `[B, M]` @returns `output` `[B, outputSize]`, `memory` `[B, M]` */
  step(params: Params, obs: tf.Tensor, memory: tf.Tensor): { readonly output: tf.Tensor; readonly memory: tf.Tensor };
  /**
   * Runs through S sequences of L steps, one behind the other.
   * @param obs `[S·L, D]` @param start `[S·L]`: 1 where an episode begins @param memory `[S, M]` before the first step
   * @returns `[S·L, outputSize]`
   */
  unroll(params: Params, obs: tf.Tensor, start: tf.Tensor, memory: tf.Tensor): tf.Tensor;
}

/** What a cell remembers, as its parts `[B, H]`; the first one is also its output. */
type CellState = readonly tf.Tensor[];

export function recurrentTrunk(space: Space, options: RecurrentTrunkOptions): RecurrentTrunk {
  const { recurrentSize: size, recurrentCell, ...features } = options;
  const encoder = observationFeatures(space, { ...features, initialization: 'orthogonal' });
  const { cell, next } = recurrentCell === 'lstm' ? lstmCell(encoder.outputSize, size) : gruCell(encoder.outputSize, size);
  const parts = recurrentCell === 'lstm' ? 2 : 1;
  const split = (memory: tf.Tensor): CellState => (parts === 1 ? [memory] : tf.split(memory, parts, 1));
  const join = (state: CellState) => (parts === 1 ? (state[0] as tf.Tensor) : tf.concat([...state], 1));
  return {
    layout: concatLayouts(encoder.layout, prefixLayout('cell', cell.layout)),
    init(rng) {
      const flat = new Float32Array(encoder.layout.size + cell.layout.size);
      flat.set(encoder.init(rng));
      flat.set(cell.init(rng), encoder.layout.size);
      return flat;
    },
    memorySize: parts * size,
    outputSize: size,
    step(params, obs, memory) {
      const state = next(paramsAt('cell', params), encoder.apply(params, obs), split(memory));
      return { output: state[0] as tf.Tensor, memory: join(state) };
    },
    unroll(params, obs, start, memory) {
      const [sequences, cellParams] = [memory.shape[0], paramsAt('cell', params)];
      const length = (start.shape[0] as number) / sequences;
      const encoded = tf.reshape(encoder.apply(params, obs), [sequences, length, encoder.outputSize]);
      const keep = tf.reshape(tf.sub(1, start), [sequences, length]);
      const outputs: tf.Tensor[] = [];
      let state = split(memory);
      for (let t = 0; t < length; t++) {
        const x = tf.reshape(tf.slice(encoded, [0, t, 0], [sequences, 1, encoder.outputSize]), [sequences, encoder.outputSize]);
        const kept = tf.slice(keep, [0, t], [sequences, 1]);
        state = next(
          cellParams,
          x,
          state.map(part => tf.mul(part, kept)),
        );
        outputs.push(tf.reshape(state[0] as tf.Tensor, [sequences, 1, size]));
      }
      return tf.reshape(tf.concat(outputs, 1), [sequences * length, size]);
    },
  };
}

function lstmCell(inputSize: number, hiddenSize: number) {
  const cell = lstm({ inputSize, hiddenSize });
  const next = (params: Params, x: tf.Tensor, [hidden, inner]: CellState): CellState => {
    const state = cell.apply(params, x, { hidden: hidden as tf.Tensor, cell: inner as tf.Tensor });
    return [state.hidden, state.cell];
  };
  return { cell, next };
}

function gruCell(inputSize: number, hiddenSize: number) {
  const cell = gru({ inputSize, hiddenSize });
  const next = (params: Params, x: tf.Tensor, [hidden]: CellState): CellState => [cell.apply(params, x, hidden as tf.Tensor)];
  return { cell, next };
}
