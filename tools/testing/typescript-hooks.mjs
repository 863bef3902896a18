// Hooks of Node's module loader that take the types out of TypeScript. The oldest Node that is supported cannot do it by itself.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
/** @type {{ transform(code: string, options: object): Promise<{ code: string }> }} */
const esbuild = createRequire(require.resolve('tsup'))('esbuild');

/** @type {import('node:module').LoadHook} */
export async function load(url, context, next) {
  const [, loader] = /\.(ts|json)$/.exec(url) ?? [];
  if (loader === undefined || url.includes('/node_modules/')) return next(url, context);
  const text = await readFile(fileURLToPath(url), 'utf8');
  const { code } = await esbuild.transform(text, { loader, format: 'esm', target: 'node20' });
  return { format: 'module', source: code, shortCircuit: true };
}
