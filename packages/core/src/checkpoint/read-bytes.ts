import { CheckpointError, message } from '@zpin/contracts';
import { fileSource } from './file-source.ts';

/** The bytes of a file. @throws CheckpointError when it cannot be read, or is larger than an array can be */
export function readBytes(path: string): Uint8Array {
  const source = fileSource(path);
  try {
    const bytes = roomFor(path, source.size);
    source.read(bytes, 0);
    return bytes;
  } finally {
    source.close();
  }
}

function roomFor(path: string, size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    const expectation = `${path} must fit into one array`;
    throw new CheckpointError(message('readBytes', expectation, `${size} bytes`, 'Give a smaller file'), { cause });
  }
}
