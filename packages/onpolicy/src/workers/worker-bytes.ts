import type { StateValue } from '@zpin/contracts';
import { decodeCheckpoint, encodeCheckpoint } from '@zpin/core';

/** Plain data as it travels between machines: in the format of checkpoints, which keeps every bit of typed arrays and notices what is damaged. */
export function toBytes(data: unknown): Uint8Array {
  const header = { algorithm: 'worker', env: '', seed: 0, step: 0, config: {} };
  // What cannot be written is refused by name.
  return encodeCheckpoint({ header, state: { data: data as StateValue } });
}

/** @throws CheckpointError when the bytes are damaged, or of a newer version */
export function fromBytes(bytes: Uint8Array): unknown {
  return decodeCheckpoint(bytes, { where: 'worker' }).state.data;
}
