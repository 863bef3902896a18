import { dirname } from 'node:path';
import { disk } from './disk.ts';
import { NewFile } from './new-file.ts';
import { refusedWrite } from './refused-write.ts';

/**
 * Replaces a file in one step: after a crash or a full disk at any moment, `path` holds the old content or the new, never a part.
 * The folder must exist. Temporary files that killed processes left beside it are removed.
 * @throws Error with the `code` of the operating system when nothing can be written there
 */
export function writeFileAtomic(path: string, content: Uint8Array | string): void {
  try {
    const file = new NewFile(path);
    try {
      file.write(typeof content === 'string' ? new TextEncoder().encode(content) : content);
      file.place(path);
    } catch (error) {
      file.discard();
      throw error;
    }
    disk.syncFolder(dirname(path));
  } catch (error) {
    throw refusedWrite('writeFileAtomic', path, error);
  }
}
