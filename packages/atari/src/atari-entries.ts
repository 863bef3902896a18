import type { Fields } from '@zpin/contracts';
import type { EnvEntry } from '@zpin/envs';
import { AtariEnv, atariOptions, atariSpec, MAX_FRAMES } from './atari-env.ts';
import type { CartridgeGame, Game } from './games/game.ts';
import { games } from './games/games.ts';
import { homebrewGames } from './homebrew/homebrew.ts';
import { findRom } from './roms/find-rom.ts';

const { rom: _, ...homebrewOptions } = atariOptions;

/** A wrapper that joins frames sees each of them, and makes them grey anyway. */
const defaultsUnder = (wrappers: readonly string[]) => (wrappers.includes('atari') ? { frameSkip: 1, obsType: 'grayscale' } : {});

function partsOf({ name, actions, summary }: Game) {
  const limit = ({ frameSkip }: { frameSkip: number }) => Math.ceil(MAX_FRAMES / frameSkip);
  return { spec: atariSpec(name, actions), summary, limit, defaultsUnder };
}

function cartridgeEntry(game: CartridgeGame): EnvEntry<typeof atariOptions> {
  return {
    ...partsOf(game),
    options: atariOptions,
    create: (spec, { rom, ...options }) => new AtariEnv(spec, game, findRom(spec.id, game, rom), options),
  };
}

function homebrewEntry(game: Game, cartridge: () => Uint8Array): EnvEntry<typeof homebrewOptions> {
  return {
    ...partsOf(game),
    options: homebrewOptions,
    create: (spec, options) => new AtariEnv(spec, game, cartridge(), options),
  };
}

/** The environments of this package, in the order in which they are listed; those that need no cartridge first. */
export const atariEntries: readonly EnvEntry<Fields>[] = [
  ...homebrewGames.flatMap(game => (game.cartridge ? [homebrewEntry(game, game.cartridge)] : [])),
  ...games.map(cartridgeEntry),
] as readonly EnvEntry[];
