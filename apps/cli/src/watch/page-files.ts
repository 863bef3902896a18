import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { InputError, message } from '@zpin/contracts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

/**
 * The files of the built page by the paths that a browser asks for. They are read once: what is not in this table is not there,
 * so that no path can lead out of the folder.
 * @throws InputError when the page is not built
 */
export function pageFiles(folder: string, where: string): ReadonlyMap<string, PageFile> {
  if (!existsSync(join(folder, 'index.html'))) {
    const remedy = 'Run pnpm turbo run build --filter=@zpin/cli, or install @zpin/cli again';
    throw new InputError(message(where, 'its page must be built', folder, remedy));
  }
  const files = new Map<string, PageFile>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const url = `/${path.slice(join(folder, '/').length).replaceAll('\\', '/')}`;
    const file = { type, content: readFileSync(path) };
    files.set(url, file);
    if (url === '/index.html') files.set('/', file);
  }
  return files;
}
