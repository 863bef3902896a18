import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { CheckpointError, message } from '@zpin/contracts';
import type { ByteSource } from './read-checkpoint.ts';

/** One call of the operating system reads at most 2 GiB. */
const MAX_CALL_BYTES = 2 ** 30;

/** A file to read from, to be closed. */
export interface FileSource extends ByteSource {
  /** Whether no other file is at its path by now. */
  isCurrent(): boolean;
  close(): void;
}

/** @throws CheckpointError when the file cannot be read */
export function fileSource(path: string, remedy = 'Check the path'): FileSource {
  const fail = (error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    return new CheckpointError(message('readBytes', `${path} must be a readable file`, code ?? String(error), remedy));
  };
  let file: number | undefined;
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  try {
    const opened = openSync(path, 'r');
    file = opened;
    const stats = fstatSync(opened);
    if (stats.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    return {
      name: path,
      size: stats.size,
      read(into, at) {
        for (let done = 0; done < into.length; ) {
          const read = readSync(opened, into, done, Math.min(MAX_CALL_BYTES, into.length - done), at + done);
          if (read === 0) throw fail(`an end after ${at + done} bytes`);
          done += read;
        }
      },
      isCurrent: () => statSync(path, { throwIfNoEntry: false })?.ino === stats.ino,
      close,
    };
  } catch (error) {
    close();
    throw fail(error);
  }
}
