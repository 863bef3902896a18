import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { evaluate } from '@zpin/core';
import { evaluationWrappers } from '@zpin/envs';
import { load, openEnv } from 'zpin';
import { RunFolder } from 'zpin/node';
import { root } from '../pages/repository.ts';
import { FILM_SEED, longestFilm } from './films.ts';
import { encodeActions, RecordActions, type RecordedPlay } from './recorded-play.ts';

/** Greedy episodes by which an agent is judged. */
const EPISODES = 100;
/** Of training, where a recipe names no other. */
const SEED = 1001;

/**
 * The words of `zpin train` by a recipe.
 * @param recipe algorithm and flags
 */
export function recipeWords(env: string, recipe: string): string[] {
  const [algorithm = '', ...flags] = recipe.split(' ');
  return ['train', algorithm, '--env', env, ...flags, ...(flags.includes('--seed') ? [] : ['--seed', String(SEED)])];
}

/**
 * Judges an agent that was trained by a recipe before, and records what it does in its first episodes.
 * @param recipe algorithm and flags of `zpin train`
 * @param folder of the run that it left
 * @throws Error when the run is another one
 */
export async function recordRun(env: string, recipe: string, folder: string): Promise<RecordedPlay> {
  const words = recipeWords(env, recipe);
  const { algorithm, env: played, seed } = new RunFolder(folder).describe('recordRun');
  const told = `${algorithm} on ${played}, seed ${seed}`;
  const wanted = `${words[1]} on ${env}, seed ${words[words.indexOf('--seed') + 1]}`;
  if (told !== wanted) throw new Error(`recordRun: the run must be of ${wanted}, got ${told}. Name that of the recipe.`);
  return { ...(await play(env, folder)), command: `zpin ${words.join(' ')}` };
}

/**
 * Trains an agent, judges it, and records what it does in its first episodes.
 * @param recipe algorithm and flags of `zpin train`
 */
export async function recordPlay(env: string, recipe: string): Promise<RecordedPlay> {
  const words = recipeWords(env, recipe);
  const folder = mkdtempSync(join(tmpdir(), 'zpin-film-'));
  try {
    const program = [join(root, 'tools', 'testing', 'typescript.mjs'), join(root, 'apps', 'cli', 'src', 'main.ts')] as const;
    const node = ['--conditions=@zpin/source', '--import', ...program, ...words, '--run-dir', folder, '--quiet'];
    await promisify(execFile)(process.execPath, node, { maxBuffer: 1e8 });
    return { ...(await play(env, folder)), command: `zpin ${words.join(' ')}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play(id: string, folder: string): Promise<Omit<RecordedPlay, 'command'>> {
  const agent = await load(folder);
  const { algorithm, envOptions = {} } = agent.description;
  const { meanReturn, successRate } = await agent.evaluate({ episodes: EPISODES });
  let recorder: RecordActions | undefined;
  const filmed = await openEnv({
    ...{ id, copies: 1, settings: envOptions, purpose: 'evaluation' },
    around: inner => (recorder = new RecordActions(inner, longestFilm(id))),
  });
  while (recorder && !recorder.isFull) await evaluate(agent.agent, filmed, 1, FILM_SEED + recorder.episodes.length);
  filmed.close();
  agent.dispose();
  const { wrappers, ...options } = envOptions;
  const left = Array.isArray(wrappers) ? evaluationWrappers(wrappers as string[]) : [];
  return {
    ...{
      env: id,
      settings: { ...options, ...(left.length > 0 && { wrappers: left }) },
      algorithm,
      steps: agent.step,
      meanReturn,
    },
    ...(successRate !== undefined && { successRate }),
    episodes: (recorder?.episodes ?? [])
      .filter(({ actions }) => actions.length > 0)
      .map(episode => ({ ...episode, actions: encodeActions(episode.actions) })),
  };
}
