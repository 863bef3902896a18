// Hooks of Node's module loader that take the types out of TypeScript. The oldest Node that is supported cannot do it by itself.
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
// Every thread loads the same files: what one has done, the next ones read.
const cache = fileURLToPath(new URL('../../node_modules/.cache/zpin/threads', import.meta.url));
mkdirSync(cache, { recursive: true });

/**
 * @param {string} text
 * @param {string} loader
 */
async function toJavaScript(text, loader) {
  const file = join(cache, `${createHash('sha256').update(text).digest('hex')}.${loader}.mjs`);
  try {
    return await readFile(file, 'utf8');
  } catch {
    /** @type {{ transform(code: string, options: object): Promise<{ code: string }> }} */
    const esbuild = createRequire(require.resolve('tsup'))('esbuild');
    const { code } = await esbuild.transform(text, { loader, format: 'esm', target: 'node20' });
    const fresh = `${file}.${randomUUID()}`;
    await writeFile(fresh, code);
    await rename(fresh, file);
    return code;
  }
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, next) {
  const [, loader] = /\.(ts|json)$/.exec(url) ?? [];
  if (loader === undefined || url.includes('/node_modules/')) return next(url, context);
  const source = await toJavaScript(await readFile(fileURLToPath(url), 'utf8'), loader);
  return { format: 'module', source, shortCircuit: true };
}
