// `pnpm --filter docs films [--only CartPole-v1,…]`: films a trained policy of @zpin/policies and random actions in each environment that has one, into
// apps/docs/films. Runs the sources, with node --conditions=@zpin/source.
import { mkdirSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';

register(new URL('../../../tools/testing/typescript-hooks.mjs', import.meta.url));
const { filmedPolicies, filmPath, films } = await import('../src/pages/film-files.ts');
const { filmEnvironment } = await import('../src/pages/films.ts');

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const only = values.only?.split(',');
for (const info of filmedPolicies()) {
  if (only && !only.includes(info.env)) continue;
  const made = await filmEnvironment(info);
  for (const film of films) {
    const path = filmPath(info.env, film);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, made[film]);
  }
  console.log(`${info.env} by ${info.id}: ${films.map(film => `${film} ${Math.ceil(made[film].length / 1024)} kB`).join(', ')}`);
}
