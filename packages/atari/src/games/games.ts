import { FIRE_ACTION, RIGHT_ACTION } from '../console/controls.ts';
import { byte, type CartridgeGame, decimal, type Modes, signed } from './game.ts';

/**
 * Modes by their numbers, each with the presses that lead to it from the one before, and the frames that each press lasts. Numbers and
 * frames are those of the Arcade Learning Environment, whose memory after a reset is the same in each.
 */
function modes(held: number, numbers: readonly number[], pressesOf: (mode: number, index: number) => number): Modes {
  return { held, presses: new Map(numbers.map((mode, index) => [mode, pressesOf(mode, index)])) };
}

/** Modes of which each is one press behind the one before. */
function inTurn(held: number, numbers: readonly number[]): Modes {
  return modes(held, numbers, (_, index) => index);
}

/** Modes whose number is that of the presses. */
function counted(held: number, numbers: readonly number[]): Modes {
  return modes(held, numbers, mode => mode);
}

/** Cars passed: 200 are to be passed on the first day and 300 on each other; the game counts those that are left. */
function enduroScore(ram: Uint8Array): number {
  const day = byte(ram, 0xad);
  if (day === 0) return 0;
  const left = decimal(ram, 0xab, 0xac);
  return day === 1 ? 200 - left : 200 + 300 * (day - 2) + 300 - left;
}

/** Punches landed, of which a hundred win at once. */
function boxingPoints(ram: Uint8Array, address: number): number {
  return byte(ram, address) === 0xc0 ? 100 : decimal(ram, address);
}

/** Five digits, each shown by the picture at eight times its value; 80 shows none. */
function alienScore(ram: Uint8Array): number {
  let score = 0;
  for (let i = 0, unit = 10; i < 5; i++, unit *= 10) {
    const digit = byte(ram, 0x8b - 2 * i);
    if (digit !== 0x80) score += (digit >> 3) * unit;
  }
  return score;
}

/** Hops left, once the pyramid is there: a count that moves by more than one is being set up. */
function qbertLives(ram: Uint8Array, before: number): number {
  const lives = signed(ram, 0x88) + 2;
  return Math.abs(lives - before) <= 1 ? lives : before;
}

/** The count flickers while the ship is lost, and the loss stands when that is over. */
function beamRiderLives(ram: Uint8Array, before: number): number {
  const lives = byte(ram, 0x85) + 1;
  return lives === before - 1 && byte(ram, 0x8c) !== 1 ? before : lives;
}

/** The games whose memory is known, each checked against the Arcade Learning Environment (`pnpm check:peers`). */
export const games: readonly CartridgeGame[] = [
  {
    name: 'Pong',
    file: 'pong.bin',
    sha1: '1ffe89d79d55adabc0916b95cc37e18619ef7830',
    summary: 'Return the ball: 1 for each that the other misses, -1 for each missed, up to 21.',
    actions: [0, 1, 3, 4, 11, 12],
    controller: 'paddle1',
    difficulties: [0, 1, 2, 3],
    modes: inTurn(2, [0, 1]),
    rules: { score: ram => byte(ram, 0x8e) - byte(ram, 0x8d), isOver: ram => byte(ram, 0x8d) === 21 || byte(ram, 0x8e) === 21 },
  },
  {
    name: 'Breakout',
    file: 'breakout.bin',
    sha1: '8d473b87b70e26890268e6c417c0bb7f01e402eb',
    summary: 'Break two walls of bricks with a ball, with five of them.',
    actions: [0, 1, 3, 4],
    controller: 'paddle0',
    difficulties: [0, 1],
    modes: counted(1, [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44]),
    rules: {
      score: ram => (byte(ram, 0xcd) & 15) + 10 * (byte(ram, 0xcd) >> 4) + 100 * (byte(ram, 0xcc) & 15),
      lives: ram => byte(ram, 0xb9),
      isOver: (_, lives) => lives === 0,
    },
  },
  {
    name: 'SpaceInvaders',
    file: 'space_invaders.bin',
    sha1: '31d9668fe5812c3d2e076987ca327ac6b2e280bf',
    summary: 'Shoot down rows of invaders before they land.',
    actions: [0, 1, 3, 4, 11, 12],
    difficulties: [0, 1],
    modes: modes(2, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], mode => (mode < 2 ? 2 * mode : 2 * mode - 1)),
    rules: {
      score: ram => decimal(ram, 0xe8, 0xe6),
      scoreWraps: 10_000,
      lives: ram => byte(ram, 0xc9),
      isOver: (ram, lives) => lives === 0 || byte(ram, 0x98) >= 0x80,
    },
  },
  {
    name: 'Seaquest',
    file: 'seaquest.bin',
    sha1: '7324a1ebc695a477c8884718ffcad27732a98ab0',
    summary: 'Shoot sharks, pick up divers, and surface before the air runs out.',
    actions: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    difficulties: [0, 1],
    rules: {
      score: ram => decimal(ram, 0xba, 0xb9, 0xb8),
      lives: ram => byte(ram, 0xbb) + 1,
      isOver: ram => byte(ram, 0xa3) !== 0,
    },
  },
  {
    name: 'Qbert',
    file: 'qbert.bin',
    sha1: 'f3ef9787b4287a32e4d9ac7b9c3358edc16315b2',
    summary: 'Colour every cube of a pyramid by hopping on it.',
    actions: [0, 1, 2, 3, 4, 5],
    firstLine: 40,
    difficulties: [0, 1],
    rules: {
      score: ram => decimal(ram, 0xdb, 0xda, 0xd9),
      paysNothingAtEnd: true,
      firstLives: 4,
      lives: qbertLives,
      isOver: ram => byte(ram, 0x88) === 0xfe,
    },
  },
  {
    name: 'BeamRider',
    file: 'beam_rider.bin',
    sha1: '47619edb352f7f955f811cbb03a00746c8e099b1',
    summary: 'Ride beams and shoot down what comes along them.',
    actions: [0, 1, 2, 3, 4, 6, 7, 11, 12],
    startActions: [RIGHT_ACTION],
    difficulties: [0, 1],
    rules: {
      score: ram => decimal(ram, 0x89, 0x8a, 0x8b),
      firstLives: 3,
      lives: beamRiderLives,
      isOver: ram => byte(ram, 0x85) === 0xff,
    },
  },
  {
    name: 'Enduro',
    file: 'enduro.bin',
    sha1: '82e9b2dd6d99f15381506a76ef958a1773a7ba21',
    summary: 'Race for days: pass enough cars on each of them.',
    actions: [0, 1, 3, 4, 5, 8, 9, 11, 12],
    startActions: [FIRE_ACTION],
    difficulties: [0],
    rules: { score: enduroScore, isOver: ram => byte(ram, 0xaf) === 0xff },
  },
  {
    name: 'MsPacman',
    file: 'ms_pacman.bin',
    sha1: '62b933cdd8844bb1816ce57889203954fe782603',
    summary: 'Eat every dot of a maze, and flee from ghosts.',
    actions: [0, 2, 3, 4, 5, 6, 7, 8, 9],
    hasComb: false,
    difficulties: [0],
    modes: modes(10, [0, 1, 2, 3], mode => [0, 1, 2, 4][mode]),
    rules: {
      score: ram => decimal(ram, 0xf8, 0xf9, 0xfa),
      lives: ram => (byte(ram, 0xfb) & 7) + 1,
      isOver: ram => (byte(ram, 0xfb) & 15) === 0 && byte(ram, 0xa7) === 0x53,
    },
  },
  {
    name: 'Freeway',
    file: 'freeway.bin',
    sha1: '91cc7e5cd6c0d4a6f42ed66353b7ee7bb972fa3f',
    summary: 'Bring a chicken across ten lanes as often as it can in two minutes.',
    actions: [0, 2, 5],
    difficulties: [0, 1],
    modes: inTurn(1, [0, 1, 2, 3, 4, 5, 6, 7]),
    rules: { score: ram => decimal(ram, 0xe7), rewardBounds: [0, 1], isOver: ram => byte(ram, 0x96) === 1 },
  },
  {
    name: 'Asterix',
    file: 'asterix.bin',
    sha1: '1a094f92e46a8127d9c29889b5389865561c0a6f',
    summary: 'Collect what comes along eight lanes, and avoid the lyres.',
    actions: [0, 2, 3, 4, 5, 6, 7, 8, 9],
    startActions: [FIRE_ACTION],
    difficulties: [0],
    rules: {
      score: ram => decimal(ram, 0xe0, 0xdf, 0xde),
      lives: ram => byte(ram, 0xd3) & 15,
      isOver: (ram, lives) => lives === 1 && byte(ram, 0xc7) === 1,
    },
  },
  {
    name: 'Boxing',
    file: 'boxing.bin',
    sha1: '14b9cd91188c7fb0d4566442d639870f8d6f174d',
    summary: 'Land more punches than the other boxer in two minutes.',
    actions: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    difficulties: [0, 1, 2, 3],
    rules: {
      score: ram => boxingPoints(ram, 0x92) - boxingPoints(ram, 0x93),
      isOver: ram =>
        byte(ram, 0x92) === 0xc0 || byte(ram, 0x93) === 0xc0 || (byte(ram, 0x90) >> 4 === 0 && byte(ram, 0x91) === 0),
    },
  },
  {
    name: 'MontezumaRevenge',
    file: 'montezuma_revenge.bin',
    sha1: '7dfeb1a8ec863c1e0f297113a1cc4185c215e81c',
    summary: 'Find keys and treasures in the rooms of a pyramid.',
    actions: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    difficulties: [0],
    rules: {
      score: ram => decimal(ram, 0x95, 0x94, 0x93),
      lives: ram => (byte(ram, 0xba) & 7) + 1,
      isOver: ram => byte(ram, 0xba) === 0 && byte(ram, 0xfe) === 0x60,
    },
  },
  {
    name: 'Alien',
    file: 'alien.bin',
    sha1: '01d99bf307262825db58631e8002dd008a42cb1e',
    summary: 'Destroy the eggs in the halls of a spaceship, and flee from the aliens.',
    actions: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    difficulties: [0, 1, 2, 3],
    modes: modes(1, [0, 1, 2, 3], mode => (mode === 0 ? 0 : mode + 1)),
    rules: { score: alienScore, lives: ram => byte(ram, 0xc0), isOver: (_, lives) => lives === 0 },
  },
  {
    name: 'Amidar',
    file: 'amidar.bin',
    sha1: 'b89a5ac6593e83fbebee1fe7d4cec81a7032c544',
    summary: 'Paint the borders of every field.',
    actions: [0, 1, 2, 3, 4, 5, 10, 11, 12, 13],
    difficulties: [0, 3],
    rules: {
      score: ram => decimal(ram, 0xd9, 0xda, 0xdb),
      lives: ram => byte(ram, 0xd6) & 15,
      isOver: ram => byte(ram, 0xd6) >= 0x80,
    },
  },
  {
    name: 'Assault',
    file: 'assault.bin',
    sha1: '0c03eba97df5178eec5d4d0aea4a6fe2f961c88f',
    summary: 'Shoot down what a mother ship sends, and keep the gun cool.',
    actions: [0, 1, 2, 3, 4, 11, 12],
    difficulties: [0],
    rules: { score: ram => decimal(ram, 0x82, 0x81, 0x80), lives: ram => byte(ram, 0xe5), isOver: (_, lives) => lives === 0 },
  },
  {
    name: 'BankHeist',
    file: 'bank_heist.bin',
    sha1: '80d4020575b14e130f28146bf45921e001f9f649',
    summary: 'Rob banks in a maze of streets, and leave the town in time.',
    actions: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    difficulties: [0, 1, 2, 3],
    modes: inTurn(1, [0, 4, 8, 12, 16, 20, 24, 28]),
    rules: {
      score: ram => decimal(ram, 0xda, 0xd9, 0xd8),
      lives: ram => byte(ram, 0xd5),
      isOver: (ram, lives) => lives === 0 && byte(ram, 0xce) === 1,
    },
  },
  {
    name: 'Bowling',
    file: 'bowling.bin',
    sha1: 'cf6ce244b3edaad7ad5e9ca5f01668135c2f93d0',
    summary: 'Bowl ten rounds.',
    actions: [0, 1, 2, 5, 10, 13],
    difficulties: [0, 1],
    modes: counted(2, [0, 2, 4]),
    rules: { score: ram => decimal(ram, 0xa1, 0xa6), isOver: ram => decimal(ram, 0xa4) > 10 },
  },
  {
    name: 'Centipede',
    file: 'centipede.bin',
    sha1: '0b5914bc1526a9beaf54d7fd11408175cd8fcc72',
    summary: 'Shoot a centipede that winds down through mushrooms.',
    actions: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    difficulties: [0],
    modes: inTurn(2, [22, 86]),
    rules: {
      score: ram => decimal(ram, 0xf6, 0xf5, 0xf4),
      lives: ram => (byte(ram, 0xed) >> 4) + 1,
      isOver: ram => byte(ram, 0xa6) >= 0x40,
    },
  },
  {
    name: 'ChopperCommand',
    file: 'chopper_command.bin',
    sha1: '51a53bbfdbcc22925515ae0af79df434df6ee68a',
    summary: 'Protect a convoy of lorries with a helicopter.',
    actions: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    difficulties: [0, 1],
    modes: counted(2, [0, 2]),
    rules: {
      score: ram => 100 * decimal(ram, 0xee, 0xec),
      lives: ram => byte(ram, 0xe4) & 15,
      isOver: (_, lives) => lives === 0,
    },
  },
  {
    name: 'FishingDerby',
    file: 'fishing_derby.bin',
    sha1: '531e995aef6cd47b0efea72ae3e56aeee449d798',
    summary: 'Catch more pounds of fish than the other one.',
    actions: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    difficulties: [0, 1, 2, 3],
    rules: {
      score: ram => decimal(ram, 0xbd) - decimal(ram, 0xbe),
      isOver: ram => decimal(ram, 0xbd) === 99 || decimal(ram, 0xbe) === 99,
    },
  },
  {
    name: 'Frostbite',
    file: 'frostbite.bin',
    sha1: 'b9e60437e7691d5ef9002cfc7d15ae95f1c03a12',
    summary: 'Build an igloo from floes, and get home before it freezes.',
    actions: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    difficulties: [0],
    modes: counted(1, [0, 2]),
    rules: {
      score: ram => decimal(ram, 0xca, 0xc9, 0xc8),
      lives: ram => byte(ram, 0xcc) + 1,
      isOver: ram => byte(ram, 0xcc) === 0 && byte(ram, 0xf1) !== 0,
    },
  },
  {
    name: 'Hero',
    file: 'hero.bin',
    sha1: '282f94817401e3725c622b73a0c05685ce761783',
    summary: 'Dig through mines for those who are trapped in them.',
    actions: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    difficulties: [0],
    modes: inTurn(1, [0, 1, 2, 3, 4]),
    rules: { score: ram => decimal(ram, 0xb9, 0xb8, 0xb7), lives: ram => byte(ram, 0xb3), isOver: (_, lives) => lives === 0 },
  },
  {
    name: 'IceHockey',
    file: 'ice_hockey.bin',
    sha1: '21de0f034e5dad03fa91eb7ae6cc081c142be35c',
    summary: 'Shoot more goals than the other team in three minutes.',
    actions: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    difficulties: [0, 1, 2, 3],
    modes: modes(2, [0, 2], mode => (mode === 0 ? 0 : 3)),
    rules: {
      score: ram => decimal(ram, 0x8a) - decimal(ram, 0x8b),
      isOver: ram => byte(ram, 0x86) === 0 && byte(ram, 0x87) === 0,
    },
  },
  {
    name: 'Krull',
    file: 'krull.bin',
    sha1: '4bdf1cf73316bdb0002606facf11b6ddcb287207',
    summary: 'Win back a bride, in four different games.',
    actions: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    difficulties: [0],
    rules: {
      score: ram => decimal(ram, 0x9e, 0x9d, 0x9c),
      lives: ram => byte(ram, 0x9f) + 1,
      isOver: ram => byte(ram, 0x9f) === 0 && byte(ram, 0xa2) === 3 && byte(ram, 0x80) === 0x80,
    },
  },
  {
    name: 'KungFuMaster',
    file: 'kung_fu_master.bin',
    sha1: '3b93a34ba2a6b7db387ea588c48d939eee5d71a1',
    summary: 'Fight through the floors of a temple.',
    actions: [0, 2, 3, 4, 5, 8, 9, 11, 12, 13, 14, 15, 16, 17],
    difficulties: [0],
    rules: {
      score: ram => decimal(ram, 0x9a, 0x99, 0x98),
      lives: ram => byte(ram, 0x9d) + 1,
      isOver: ram => byte(ram, 0x9d) === 0xff,
    },
  },
  {
    name: 'Phoenix',
    file: 'phoenix.bin',
    sha1: '010d51e3f522ba60f021d56819437d7c85897cdd',
    summary: 'Shoot down flocks of birds and the ship behind them.',
    actions: [0, 1, 3, 4, 5, 11, 12, 13],
    difficulties: [0],
    rules: {
      score: ram => decimal(ram, 0xc7, 0xc8, 0xc9),
      lives: ram => byte(ram, 0xcb) & 7,
      isOver: ram => byte(ram, 0xcc) === 0x80,
    },
  },
];
