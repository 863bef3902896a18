import { type Dtype, type EnvSpec, flatDtype, flatSize, type NumericArray, type Space } from '@zpin/contracts';

/** What the server answers about some copies, as views of the memory that it lies in. */
export interface AnswerRows {
  readonly reward: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  /** 1 where an episode that ended had reached its goal. */
  readonly success: Uint8Array;
  readonly mask: Uint8Array;
  readonly finalMask: Uint8Array;
  /** `[N, D]` */
  readonly obs: NumericArray;
  /** True last observations of the copies that ended, one row after the other. */
  readonly finals: NumericArray;
  /** Bytes before those, which every answer has. */
  readonly fixedBytes: number;
}

interface RowsLayout {
  /** Bytes of the longest answer. */
  readonly bytes: number;
  views(buffer: SharedArrayBuffer): AnswerRows;
}

/** An array type, as one that makes views of shared memory. */
interface SharedArrayType {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: SharedArrayBuffer, offset: number, length: number): NumericArray;
}

const arrays: Readonly<Record<Dtype, SharedArrayType>> = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

/** The array type of flat rows of a space. */
export function arrayOf(space: Space): SharedArrayType {
  return arrays[flatDtype(space)];
}

/** Where an answer about `count` copies has what: every array begins at a multiple of 8 bytes. @param numActions with masks, else 0 */
export function layRows({ observationSpace }: EnvSpec, count: number, numActions: number): RowsLayout {
  const Obs = arrayOf(observationSpace);
  const size = flatSize(observationSpace);
  let end = 0;
  const place = (bytes: number) => {
    const start = end;
    end += Math.ceil(bytes / 8) * 8;
    return start;
  };
  const reward = place(8 * count);
  const [terminated, truncated, success] = [place(count), place(count), place(count)];
  const [mask, finalMask] = [place(count * numActions), place(count * numActions)];
  const rowsBytes = count * size * Obs.BYTES_PER_ELEMENT;
  const obs = place(rowsBytes);
  const fixedBytes = end;
  return {
    bytes: fixedBytes + rowsBytes,
    views: buffer => ({
      reward: new Float64Array(buffer, reward, count),
      terminated: new Uint8Array(buffer, terminated, count),
      truncated: new Uint8Array(buffer, truncated, count),
      success: new Uint8Array(buffer, success, count),
      mask: new Uint8Array(buffer, mask, count * numActions),
      finalMask: new Uint8Array(buffer, finalMask, count * numActions),
      obs: new Obs(buffer, obs, count * size),
      finals: new Obs(buffer, fixedBytes, count * size),
      fixedBytes,
    }),
  };
}
