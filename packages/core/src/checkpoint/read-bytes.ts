import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CheckpointError, message } from '@zpin/contracts';

/** One call of the operating system reads at most 2 GiB. */
const CHUNK_BYTES = 2 ** 30;

/** The bytes of a file. @throws CheckpointError when it cannot be read */
export function readBytes(path: string): Uint8Array {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const bytes = new Uint8Array(fstatSync(file).size);
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(file, bytes, done, Math.min(CHUNK_BYTES, bytes.length - done), null);
      if (read === 0) return bytes.subarray(0, done);
      done += read;
    }
    return bytes;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CheckpointError(message('readBytes', `${path} must be a readable file`, code ?? String(error), 'Check the path'));
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
