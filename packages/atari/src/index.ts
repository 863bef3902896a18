export { atariEntries } from './atari-entries.ts';
export { AtariEnv, type AtariOptions, atariOptions, atariSpec } from './atari-env.ts';
export { Cartridge, detectScheme, type Scheme } from './console/cartridge.ts';
export { Console, type ConsoleOptions, SCREEN_HEIGHT, SCREEN_WIDTH } from './console/console.ts';
export { ACTION_NAMES, type Controller, Controls } from './console/controls.ts';
export type { CartridgeGame, Game, Modes, Rules } from './games/game.ts';
export { games } from './games/games.ts';
export { homebrewGames } from './homebrew/homebrew.ts';
export { provideRom } from './roms/find-rom.ts';
