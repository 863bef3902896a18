import type { PolicyInfo } from '@zpin/policies';

/** Where the weights of a policy lie in `data`. */
export function dataFile(id: string): string {
  return `${id}.mjs`;
}

/**
 * A policy file as a module: text is what every bundler, browser and version of Node can load without being told how, and loads only when it
 * is asked for.
 */
export function dataSource(bytes: Uint8Array): string {
  return `export const policy =\n  '${Buffer.from(bytes).toString('base64')}';\n`;
}

/** What the package knows about its policies, as a module. */
export function catalogSource(infos: readonly PolicyInfo[]): string {
  const entries = infos.map(info => `[${JSON.stringify(info)}, () => import('#data/${info.id}')],`);
  return [
    '// Written by `pnpm bench policies`.',
    "import type { PolicyInfo } from './policy-info.ts';",
    '',
    '/** What is known about each policy, and what loads it alone. */',
    'export const catalog: readonly (readonly [info: PolicyInfo, load: () => Promise<{ readonly policy: string }>])[] = [',
    ...entries,
    '];',
    '',
  ].join('\n');
}
