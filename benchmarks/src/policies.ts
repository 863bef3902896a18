/**
 * `pnpm bench policies [--only ppo/CartPole-v1,dqn] [--again] [--list]`: trains the policies of `@zpin/policies` by their presets, one after the
 * other, and writes each as soon as it is there: its weights into `packages/policies/data`, what is known about it into
 * `packages/policies/src/catalog.ts`. Those that are there stay, unless `--again` is given. `--only` takes names, algorithms and environments.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listPolicies, type PolicyInfo } from '@zpin/policies';
import { catalogSource, dataFile, dataSource } from './lib/policies/policy-sources.ts';
import { recipes } from './lib/policies/recipes.ts';
import { trainPolicy } from './lib/policies/train-policy.ts';

const PACKAGE = new URL('../../packages/policies/', import.meta.url);

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    again: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
const only = flags.only?.split(',');
const known = new Map<string, PolicyInfo>(listPolicies().map(info => [info.id, info]));
const wanted = recipes.filter(({ algorithm, env }) => {
  const id = `${algorithm}/${env}`;
  const isMeant = only === undefined || [id, algorithm, env].some(name => only.includes(name));
  return isMeant && (flags.again || !known.has(id));
});
for (const { algorithm, env } of wanted) {
  if (flags.list) process.stdout.write(`${algorithm}/${env}\n`);
}
// What no recipe trains any more goes.
for (const id of known.keys()) {
  if (recipes.some(({ algorithm, env }) => id === `${algorithm}/${env}`)) continue;
  known.delete(id);
  if (!flags.list) rmSync(new URL(`data/${dataFile(id)}`, PACKAGE), { force: true });
}
if (!flags.list) {
  for (const recipe of wanted) {
    const { info, bytes } = await trainPolicy(recipe, line => process.stdout.write(`${line}\n`));
    known.set(info.id, info);
    write(`data/${dataFile(info.id)}`, dataSource(bytes));
    writeCatalog();
  }
  writeCatalog();
}

function writeCatalog(): void {
  const order = [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  write('src/catalog.ts', catalogSource(order));
  execFileSync('pnpm', ['exec', 'biome', 'check', '--write', fileURLToPath(new URL('src/catalog.ts', PACKAGE))]);
}

function write(path: string, text: string): void {
  const file = fileURLToPath(new URL(path, PACKAGE));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
