import {
  countLegal,
  type Dtype,
  describePair,
  describeSpace,
  type EnvSpec,
  flatBounds,
  flatDtype,
  flatSize,
  hasSameWrappers,
  InputError,
  isSameSpace,
  message,
  type NumericArray,
  type Space,
  SpaceError,
} from '@zpin/contracts';

/**
 * S transitions, row by row. Those of an episode follow each other in time; after the last row of a data set nothing is known.
 */
export interface Transitions {
  /** `[S, D]`, of type `flatDtype(observationSpace)` */
  readonly obs: NumericArray;
  /** `[S]` for `Discrete` (from its `start` on), else `[S, K]`: what was played, values of the action space. */
  readonly action: NumericArray;
  /** `[S]` */
  readonly reward: Float32Array;
  /** `[S]`: what the environment itself paid, where wrappers changed it; what returns of episodes are made of. */
  readonly rawReward?: Float32Array;
  /** `[S, D]`: the true successor, also where an episode ended. */
  readonly nextObs: NumericArray;
  /** `[S]`, 1 where the task ended. */
  readonly terminated: Uint8Array;
  /** `[S]`, 1 where the episode was cut off, by a time limit or by the end of the recording. */
  readonly truncated: Uint8Array;
  /** `[S, A]`: legal actions in `obs`, where the environment masks actions. */
  readonly actionMask?: Uint8Array;
  /** `[S, A]`: legal actions in `nextObs`, with `actionMask`. */
  readonly nextActionMask?: Uint8Array;
}

export type ColumnName = keyof Transitions;

/** What each transition has; the others are there or not. */
export const REQUIRED_COLUMNS = ['obs', 'action', 'reward', 'nextObs', 'terminated', 'truncated'] as const;

/**
 * Columns that were put together by name, where the compiler no longer knows which type belongs to which. Nothing is checked here:
 * `OfflineDataset` checks that all are there, with their types, lengths and numbers.
 */
export function namedColumns(columns: Readonly<Record<string, NumericArray>>): Transitions {
  return columns as Readonly<Record<ColumnName, NumericArray>> as Transitions;
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

/** Element type, and numbers per row. */
function columnKind(
  { observationSpace, actionSpace }: EnvSpec,
  name: ColumnName,
): { readonly dtype: Dtype; readonly width: number } {
  switch (name) {
    case 'obs':
    case 'nextObs':
      return { dtype: flatDtype(observationSpace), width: flatSize(observationSpace) };
    case 'action':
      return { dtype: flatDtype(actionSpace), width: flatSize(actionSpace) };
    case 'reward':
    case 'rawReward':
      return { dtype: 'float32', width: 1 };
    case 'actionMask':
    case 'nextActionMask':
      return { dtype: 'uint8', width: actionSpace.type === 'discrete' ? actionSpace.n : 0 };
    default:
      return { dtype: 'uint8', width: 1 };
  }
}

/** A column of zeros. @param rows S */
export function emptyColumn(spec: EnvSpec, name: ColumnName, rows: number): NumericArray {
  const { dtype, width } = columnKind(spec, name);
  return new ARRAYS[dtype](rows * width);
}

/**
 * Checks every number of a data set, and returns how many transitions it holds.
 * @throws InputError when columns do not fit together, a number is not finite or a flag is not 0 or 1; SpaceError when an
 * observation or action is not one of the environment
 */
export function checkTransitions(spec: EnvSpec, transitions: Transitions): number {
  const where = 'OfflineDataset';
  const missing = REQUIRED_COLUMNS.find(name => transitions[name] === undefined);
  if (missing) {
    throw new InputError(message(where, `there must be a column ${missing}`, Object.keys(transitions).join(', '), 'Pass it'));
  }
  const { reward, actionMask, nextActionMask, action } = transitions;
  const size = reward.length;
  if (size === 0) throw new InputError(message(where, 'there must be a transition', 'none', 'Collect some'));
  if (!actionMask !== !nextActionMask) {
    const given = actionMask ? 'actionMask alone' : 'nextActionMask alone';
    throw new InputError(message(where, 'masks must come in pairs', given, 'Pass both, or none'));
  }
  if (spec.hasActionMask && !actionMask) {
    const remedy = 'Pass actionMask and nextActionMask: without them, targets would be made of actions that are not legal';
    throw new InputError(message(where, `data of ${spec.id} must have masks`, 'none', remedy));
  }
  if (actionMask && spec.actionSpace.type !== 'discrete') {
    throw new InputError(message(where, 'only Discrete actions have masks', spec.actionSpace.type, 'Leave the masks out'));
  }
  for (const [name, column] of Object.entries(transitions) as [ColumnName, NumericArray][]) {
    const { dtype, width } = columnKind(spec, name);
    if (column instanceof ARRAYS[dtype] && column.length === size * width) continue;
    const expectation = `${name} must be a ${ARRAYS[dtype].name} of ${size} rows of ${width}`;
    throw new InputError(message(where, expectation, column, 'Pass one row per reward, flat'));
  }
  const reject = (name: string, row: number, expectation: string, value: unknown) => {
    const remedy = 'Leave such transitions out, or repair what recorded them';
    return new InputError(message(where, `${name} of row ${row} must be ${expectation}`, value, remedy));
  };
  for (const name of ['reward', 'rawReward'] as const) {
    const bad = transitions[name]?.findIndex(value => !Number.isFinite(value)) ?? -1;
    if (bad >= 0) throw reject(name, bad, 'finite', transitions[name]?.[bad]);
  }
  for (const name of ['terminated', 'truncated'] as const) {
    const bad = transitions[name].findIndex(flag => flag > 1);
    if (bad >= 0) throw reject(name, bad, '0 or 1', transitions[name][bad]);
  }
  checkValues(where, spec, 'obs', transitions.obs, spec.observationSpace);
  checkValues(where, spec, 'nextObs', transitions.nextObs, spec.observationSpace);
  checkValues(where, spec, 'action', action, spec.actionSpace);
  if (actionMask && nextActionMask && spec.actionSpace.type === 'discrete') {
    const { n, start } = spec.actionSpace;
    for (let row = 0; row < size; row++) {
      for (const [name, mask, isLast] of [
        ['actionMask', actionMask, false],
        ['nextActionMask', nextActionMask, transitions.terminated[row] === 1],
      ] as const) {
        const legal = countLegal(mask, row, n);
        if (legal > 0 || (legal === 0 && isLast)) continue;
        throw reject(name, row, 'of 0 and 1, with a legal action', Array.from(mask.subarray(row * n, (row + 1) * n)));
      }
      if (actionMask[row * n + action[row] - start] !== 1) throw reject('action', row, 'legal by its mask', action[row]);
    }
  }
  return size;
}

/**
 * Every row is a value of the space. Bounds of floats count for actions alone: rounding may bring an observation past its own.
 */
function checkValues(where: string, { id }: EnvSpec, name: ColumnName, column: NumericArray, space: Space): void {
  const bounds = flatBounds(space);
  const width = bounds.low.length;
  const rows = column.length / width;
  for (let k = 0; k < width; k++) {
    const isWhole = bounds.isWhole[k] === 1;
    const isBounded = isWhole || name === 'action';
    // Finite, so that infinities and NaN lie outside.
    const low = isBounded ? Math.max(bounds.low[k], -LARGEST) : -LARGEST;
    const high = isBounded ? Math.min(bounds.high[k], LARGEST) : LARGEST;
    for (let row = 0; row < rows; row++) {
      const value = column[row * width + k];
      if (value >= low && value <= high && (!isWhole || Number.isInteger(value))) continue;
      const expectation = `${name} of row ${row} must be in [${low}, ${high}] as in ${describeSpace(space)} of ${id}`;
      throw new SpaceError(message(where, expectation, value, 'Leave such transitions out, or repair what recorded them'));
    }
  }
}

const LARGEST = 3.5e38;

/**
 * Refuses data of another environment: another id, other observations or other actions.
 * @throws SpaceError naming both
 */
export function checkSameSpec(where: string, expected: EnvSpec, found: EnvSpec): void {
  const isSame =
    expected.id === found.id &&
    isSameSpace(expected.observationSpace, found.observationSpace) &&
    isSameSpace(expected.actionSpace, found.actionSpace);
  if (isSame && hasSameWrappers(expected, found)) return;
  const [wanted, given] = describePair(expected, found);
  const remedy = 'Use data of this environment, under the same wrappers and options';
  throw new SpaceError(message(where, `the data must be of ${wanted}`, given, remedy));
}
