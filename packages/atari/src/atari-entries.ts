import type { EnvEntry } from '@zpin/envs';
import { AtariEnv, atariOptions, atariSpec, MAX_FRAMES } from './atari-env.ts';
import type { Game } from './games/game.ts';
import { games } from './games/games.ts';
import { findRom } from './roms/find-rom.ts';

function entryOf(game: Game): EnvEntry<typeof atariOptions> {
  const spec = atariSpec(game.name, game.actions);
  return {
    spec,
    summary: game.summary,
    options: atariOptions,
    limit: ({ frameSkip }) => Math.ceil(MAX_FRAMES / frameSkip),
    create: (wanted, options) => new AtariEnv(wanted, game, findRom(wanted.id, game, options.rom), options),
  };
}

/** The environments of this package, in the order in which they are listed. */
export const atariEntries: readonly EnvEntry[] = games.map(entryOf) as readonly EnvEntry[];
