// `pnpm --filter docs films [--only CartPole-v1,…] [--record]`: films random actions in each environment that has a picture, and a trained agent where
// one is known: the policy of @zpin/policies, else what was recorded in apps/docs/films/plays. `--record` trains the agents of film-recipes.ts that
// are not recorded yet first; with --only those named, again, and with --run from the run of the recipe in that folder. Runs the sources, with node --conditions=@zpin/source.
import { mkdirSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';

register(new URL('../../../tools/testing/typescript-hooks.mjs', import.meta.url));
const { filmedPolicies, filmPath, playOf, playPath } = await import('../src/films/film-files.ts');
const { filmedEnvironments, filmPlay, filmPolicy, filmRandom } = await import('../src/films/films.ts');
const { filmRecipes } = await import('../src/films/film-recipes.ts');
const { recordPlay, recordRun } = await import('../src/films/record-play.ts');

const { values } = parseArgs({
  options: { only: { type: 'string' }, record: { type: 'boolean', default: false }, run: { type: 'string' } },
});
const only = values.only?.split(',');
/** @param {string} id */
const isWanted = id => only?.includes(id) ?? true;

if (values.record) {
  for (const [id, recipe] of Object.entries(filmRecipes)) {
    if (!isWanted(id) || (!only && playOf(id))) continue;
    const began = Date.now();
    try {
      const play = values.run === undefined ? await recordPlay(id, recipe) : await recordRun(id, recipe, values.run);
      write(playPath(id), `${JSON.stringify(play, undefined, 2)}\n`);
      const success = play.successRate === undefined ? '' : `, success ${play.successRate}`;
      console.log(
        `${id} by ${play.algorithm}: mean return ${play.meanReturn}${success}, ${Math.round((Date.now() - began) / 1000)} s`,
      );
    } catch (error) {
      // The others are trained all the same.
      console.error(`${id}: ${error instanceof Error ? error.message : error}`);
      process.exitCode = 1;
    }
  }
}
const policies = new Map(filmedPolicies().map(info => [info.env, info]));
for (const id of filmedEnvironments().filter(isWanted)) {
  const [play, info] = [playOf(id), policies.get(id)];
  const trained = play ? await filmPlay(play) : info && (await filmPolicy(info));
  const made = { ...(trained && { trained }), random: await filmRandom(id) };
  for (const [film, bytes] of Object.entries(made)) write(filmPath(id, /** @type {'trained' | 'random'} */ (film)), bytes);
  console.log(
    `${id}: ${Object.entries(made)
      .map(([film, { length }]) => `${film} ${Math.ceil(length / 1024)} kB`)
      .join(', ')}`,
  );
}

/**
 * @param {string} path
 * @param {string | Uint8Array} content
 */
function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
