import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InputError, message } from '@zpin/contracts';
import { type EnvEntry, listEnvs, registerEnv } from '@zpin/envs';
import { ENV_FILE_ENDINGS, envFileText, type RegisteredEnv } from '../env-file.ts';
import type { MessageNames } from '../message-names.ts';
import { entryOfExports } from './env-exports.ts';

/** By path and export: a file is loaded once in a process, as modules are. */
const registered = new Map<string, RegisteredEnv>();

/** Registers the environment of a file once more, in a worker thread. */
const threadModule = new URL(
  import.meta.url.endsWith('.ts') ? '../files/own-env-thread.ts' : './own-env-thread.js',
  import.meta.url,
);

/**
 * Loads a file of one's own and makes its environment known by the name in its spec.
 * @param choice path, from where the user stands; `#` and a name choose one of several exports
 * @throws InputError when the file is not there, does not load, or exports no environment
 */
export async function registerEnvFile(choice: string, names: Pick<MessageNames, 'where' | 'option'>): Promise<RegisteredEnv> {
  const { where } = names;
  const [, given = choice, wanted] = /^(.*?)(?:#([^#\\/]*))?$/s.exec(choice) ?? [];
  const option = names.option('env');
  const path = resolve(given);
  const key = envFileText({ path, ...(wanted && { export: wanted }) });
  const known = registered.get(key);
  if (known) return known;
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new InputError(message(where, `${option} must be a file that is there`, given, `Looked for ${path}`));
  }
  if (!ENV_FILE_ENDINGS.some(ending => ending === extname(path).toLowerCase())) {
    const expectation = `${option} must be a file of TypeScript or JavaScript`;
    throw new InputError(message(where, expectation, given, `Its name must end in ${ENV_FILE_ENDINGS.join(', ')}`));
  }
  // Before it is loaded: what is changed while it loads is told at the next start.
  const sha256 = hashOf(path);
  const before = new Set(listEnvs().map(({ spec }) => spec.id));
  const exports = await loaded(path, `${option} ${given}`, where);
  const added = listEnvs().filter(({ spec }) => !before.has(spec.id));
  const entry = entryOfExports(exports, wanted || undefined, added, { where, file: `${option} ${given}` });
  register(entry, added, before, { where, file: `${option} ${given}`, key });
  const own = { id: entry.spec.id, file: { path, ...(wanted && { export: wanted }), sha256 } };
  registered.set(key, own);
  return own;
}

function register(
  entry: EnvEntry,
  added: readonly EnvEntry[],
  before: ReadonlySet<string>,
  { where, file, key }: { readonly where: string; readonly file: string; readonly key: string },
): void {
  if (added.includes(entry)) return;
  const { id } = entry.spec;
  if (before.has(id)) {
    const remedy = 'Choose another name or version in its spec: there is an environment of that name';
    throw new InputError(message(where, `the id of ${file} must be new`, id, remedy));
  }
  const module = new URL(threadModule);
  module.searchParams.set('file', key);
  registerEnv({ ...entry, module: module.href });
}

/** What a file exports. TypeScript is turned into JavaScript on the way, by the same rules on every version of Node. */
async function loaded(path: string, file: string, where: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    if (/\.[cm]?ts$/i.test(path)) {
      const { createJiti } = await import('jiti');
      // Nothing is left beside the user's files.
      return await createJiti(pathToFileURL(path).href, { fsCache: false, interopDefault: false }).import(path);
    }
    const exports: Readonly<Record<string, unknown>> = await import(/* @vite-ignore */ pathToFileURL(path).href);
    const inner = exports.default as Readonly<Record<string, unknown>> | undefined;
    // A CommonJS file that a compiler made of an ES module.
    return inner && Object.hasOwn(inner, '__esModule') ? inner : exports;
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    const place = placeIn(error, dirname(path));
    const got = `the error ${reason.trim().replace(/\.$/, '')}`;
    // What cannot be parsed has no stack: Node itself shows the line.
    const otherwise = error instanceof SyntaxError ? `node --check ${basename(path)} shows the line` : 'Mend the file';
    throw new InputError(message(where, `${file} must load`, got, place ? `Look at ${place}` : otherwise), {
      cause: error,
    });
  }
}

/** Where in an environment's own files an error came from, as `maze.ts:12:7`; undefined where it came from elsewhere. */
export function envFilePlace(error: unknown): string | undefined {
  for (const { file } of registered.values()) {
    const place = placeIn(error, dirname(file.path));
    if (place) return place;
  }
  return undefined;
}

/** The first place in a folder that an error, or what caused it, names. */
function placeIn(error: unknown, folder: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = placeIn(error.cause, folder);
  if (inner) return inner;
  for (const [, url, line, column] of `${error.stack ?? ''}\n${error.message}`.matchAll(PLACES)) {
    const path = url.startsWith('file:') ? pathOf(url) : url;
    const near = relative(folder, path);
    if (near.startsWith('..') || near.includes('node_modules') || near === path) continue;
    return `${near || basename(path)}:${line}${column === undefined ? '' : `:${column}`}`;
  }
  return undefined;
}

const PLACES = /((?:file:\/\/|[a-z]:[\\/]|\/)[^\s()?:]+(?:\.[cm]?[jt]s))(?:\?[^\s:)]*)?:(\d+)(?::(\d+))?/gi;

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}

/** SHA-256 of a file and of all that it imports by relative paths. */
function hashOf(entry: string): string {
  const hash = createHash('sha256');
  const seen = new Set<string>();
  const waiting = [entry];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const text = readFileSync(path, 'utf8');
    hash.update(`${relative(dirname(entry), path).replaceAll('\\', '/')}\n${text.length}\n${text}`);
    for (const [, from] of text.matchAll(IMPORTS)) {
      const found = importedFile(resolve(dirname(path), from));
      if (found) waiting.push(found);
    }
  }
  return hash.digest('hex');
}

const IMPORTS = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)['"](\.{1,2}\/[^'"]+)['"]/g;

/** A file as imports name it: with its ending, without one, or with that of the JavaScript that it becomes. */
function importedFile(path: string): string | undefined {
  const asSource = path.replace(/\.([cm]?)js$/, '.$1ts');
  const tries = [path, asSource, ...ENV_FILE_ENDINGS.flatMap(ending => [path + ending, `${path}/index${ending}`])];
  return tries.find(file => existsSync(file) && statSync(file).isFile());
}
