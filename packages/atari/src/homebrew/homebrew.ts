import { byte, decimal, type Game } from '../games/game.ts';
import { BRICKS, CATCH } from './cartridges.ts';

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), character => character.charCodeAt(0));
}

/** Games of this package's own, whose cartridges it brings; their sources are in `homebrew/`. */
export const homebrewGames: readonly Game[] = [
  {
    name: 'Catch',
    cartridge: () => bytesOf(CATCH),
    summary: 'Catch twenty falling balls with a plate: 1 for each, -1 for each missed.',
    actions: [0, 3, 4],
    difficulties: [0],
    chanceAddress: 0x84,
    rules: {
      score: ram => decimal(ram, 0x80) - decimal(ram, 0x81),
      isOver: ram => byte(ram, 0x83) !== 0,
    },
  },
  {
    name: 'Bricks',
    cartridge: () => bytesOf(BRICKS),
    summary: 'Break a wall of 96 bricks with three balls: 1 for each brick. Difficulty 1 halves the paddle.',
    actions: [0, 1, 3, 4],
    difficulties: [0, 1],
    chanceAddress: 0x84,
    rules: {
      score: ram => decimal(ram, 0x80, 0x81),
      lives: ram => byte(ram, 0x82),
      isOver: ram => byte(ram, 0x83) !== 0,
    },
  },
];
