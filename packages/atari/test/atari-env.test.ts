import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, readValues } from '@zpin/contracts';
import { checkEnv, listEnvs, makeEnv, makeVectorEnv } from '@zpin/envs';
import { afterAll, describe, expect, test } from 'vitest';
import { assembleHomebrew } from '../assembler/homebrew-cartridges.ts';
import '../src/register.ts';
import { AtariEnv, atariOptions, atariSpec } from '../src/atari-env.ts';
import type { CartridgeGame, Game } from '../src/games/game.ts';
import { games } from '../src/games/games.ts';
import { homebrewGames } from '../src/homebrew/homebrew.ts';
import { findRom, provideRom } from '../src/roms/find-rom.ts';
import { sha1 } from '../src/roms/sha1.ts';
import { romOf } from './machine.ts';

const PLAIN = { frameSkip: 1, stickyProbability: 0 };

function make(name: string, options: Readonly<Record<string, unknown>> = {}): AtariEnv {
  const game = homebrewGames.find(known => known.name === name) as Game;
  const cartridge = game.cartridge?.() as Uint8Array;
  return new AtariEnv(atariSpec(name, game.actions), game, cartridge, readValues(atariOptions, options, name));
}

describe('the cartridges of this package', () => {
  test.each(['catch', 'bricks'] as const)('%s is what its source assembles to', name => {
    const game = homebrewGames.find(known => known.name.toLowerCase() === name);
    expect(game?.cartridge?.()).toEqual(assembleHomebrew(name));
  });

  test.each(['Atari/Catch-v5', 'Atari/Bricks-v5'])('%s keeps the contract of environments in each of its forms', id => {
    // Pictures have so many numbers that few of them are looked at.
    expect(checkEnv(makeEnv(id), { steps: 10 })).toEqual([]);
    expect(checkEnv(makeEnv(id, { obsType: 'grayscale', fullActionSpace: true, frameSkip: 3 }), { steps: 20 })).toEqual([]);
    expect(checkEnv(makeEnv(id, { obsType: 'ram', powerOn: 'zeros' }))).toEqual([]);
  });
});

describe('Catch', () => {
  test('pays 1 for each ball that is caught and -1 for each other, and ends after twenty', () => {
    const env = make('Catch', { obsType: 'ram', ...PLAIN });
    env.reset({ seed: 3 });
    let [caught, missed, steps] = [0, 0, 0];
    for (let ended = false; !ended; steps++) {
      // Follows the ball for ten balls, and flees from it for the rest.
      const { ram } = env.console;
      const offset = ram[6] + 4 - (ram[5] + 8);
      const follow = offset > 2 ? 1 : offset < -2 ? 2 : 0;
      const away = ram[6] > 76 ? 2 : 1;
      const { reward, terminated } = env.step(ram[2] > 10 ? follow : away);
      if (reward === 1) caught++;
      if (reward === -1) missed++;
      ended = terminated;
    }
    expect([caught, missed]).toEqual([10, 10]);
    // Each falls from line 8 to 168 in steps of 3: 54 frames, of which the first ball had one while the game was reset.
    expect(steps).toBe(20 * 54 - 1);
  });

  test('throws its balls by the seed', () => {
    const env = make('Catch', { obsType: 'ram' });
    const places = (seed: number) => {
      env.reset({ seed });
      return Array.from({ length: 60 }, () => {
        env.step(0);
        return env.console.ram[6];
      });
    };
    const first = places(1);
    expect(places(2)).not.toEqual(first);
    expect(places(1)).toEqual(first);
  });
});

/** A line of the picture in which the paddle of Bricks is shown. */
const SEEN_PADDLE = 184;

describe('Bricks', () => {
  test('loses a life with each ball, ends with the third, and pays 1 for each brick', () => {
    const env = make('Bricks', PLAIN);
    let { info } = env.reset({ seed: 5 });
    const lives = [info.lives];
    let [paid, ended] = [0, false];
    for (let frame = 0; !ended; frame++) {
      const result = env.step(frame % 2);
      paid += result.reward;
      ({ info, terminated: ended } = result);
      if (info.lives !== lives.at(-1)) lives.push(info.lives);
    }
    expect(lives).toEqual([3, 2, 1, 0]);
    const { ram } = env.console;
    expect(paid).toBeGreaterThan(0);
    expect(paid).toBe(96 - ram[10]);
  });

  test.each([
    ['wide', 0, 32],
    ['narrow', 1, 16],
  ])('a %s paddle under the ball breaks the whole wall, and is as wide as it is shown', (_, difficulty, width) => {
    const env = make('Bricks', { obsType: 'ram', difficulty, ...PLAIN });
    env.reset({ seed: 1 });
    let [paid, ended, frames] = [0, false, 0];
    for (; !ended && frames < 40_000; frames++) {
      const { ram } = env.console;
      // Aims with another place of the paddle from bounce to bounce, so that the ball comes everywhere.
      const offset = ram[6] + 2 - (ram[5] + 2 + ((ram[10] * 5 + ram[2]) % (width - 3)));
      const result = env.step(frames % 16 === 0 ? 1 : offset > 3 ? 2 : offset < -3 ? 3 : 0);
      paid += result.reward;
      ended = result.terminated;
    }
    expect([paid, ended]).toEqual([96, true]);
    const { data } = env.render();
    const row = data.subarray(3 * 160 * SEEN_PADDLE, 3 * 160 * (SEEN_PADDLE + 1));
    const isPaddle = (x: number) => row[3 * x] > row[3 * x + 2] && row[3 * x] > 0;
    expect(Array.from({ length: 160 }, (_, x) => x).filter(isPaddle)).toHaveLength(width);
  });
});

describe('observations', () => {
  test('are the picture in colour or grey, or the memory, of the last frame', () => {
    const [rgb, gray, ram] = (['rgb', 'grayscale', 'ram'] as const).map(obsType => make('Catch', { obsType }));
    for (const env of [rgb, gray, ram]) env.reset({ seed: 1 });
    for (let i = 0; i < 5; i++) {
      const [colors, grays, bytes] = [rgb, gray, ram].map(env => env.step(1).obs);
      const at = 3 * (120 * 160 + 80);
      expect(grays[120 * 160 + 80]).toBe(Math.round(0.299 * colors[at] + 0.587 * colors[at + 1] + 0.114 * colors[at + 2]));
      expect(bytes).toEqual(ram.console.ram);
      expect(rgb.console.ram).toEqual(ram.console.ram);
      expect([...(rgb.render().data as Uint8ClampedArray)]).toEqual([...colors]);
    }
  });

  test('of the last frame of a game are those of the frame in which it ended', () => {
    const play = (frameSkip: number) => {
      const env = make('Catch', { obsType: 'grayscale', stickyProbability: 0, frameSkip });
      env.reset({ seed: 9 });
      for (;;) {
        const result = env.step(0);
        if (result.terminated) return { obs: result.obs, frame: result.info.frame };
      }
    };
    // 1,079 frames: no multiple of 7.
    expect(play(7)).toEqual(play(1));
    expect(play(7).frame).toBe(1079);
  });
});

describe('modes and difficulties', () => {
  // Counts frames in which the select switch is held, and those in which the reset switch is; keeps the difficulty switches.
  const rom = romOf(`
start: lda #2
 sta VSYNC
 sta WSYNC
 lda #0
 sta VSYNC
 lda SWCHB
 sta $82
 lsr
 bcs noReset
 inc $80
noReset: lsr
 bcs noSelect
 inc $81
noSelect: ldx #250
wait: sta WSYNC
 dex
 bne wait
 jmp start`);
  const several: Game = {
    name: 'Switches',
    summary: '',
    actions: [0],
    difficulties: [0, 3],
    modes: {
      held: 2,
      presses: new Map([
        [0, 0],
        [4, 3],
      ]),
    },
    rules: { score: () => 0, isOver: () => false },
  };
  const { modes: _, ...single } = several;
  const counts = (game: Game, options: Readonly<Record<string, unknown>>) => {
    const values = readValues(atariOptions, { obsType: 'ram', powerOn: 'zeros', ...options }, 'Switches');
    const env = new AtariEnv(atariSpec(game.name, game.actions), game, rom, values);
    const before = env.reset({ seed: 0 }).obs;
    // A console keeps its memory over the start of a game.
    const after = env.reset().obs;
    return [after[0] - before[0], after[1] - before[1], after[2] >> 6];
  };

  test('are set before each game: reset is held, select pressed as often as the mode asks, and reset held again', () => {
    expect(counts(several, {})).toEqual([12, 0, 0]);
    expect(counts(several, { mode: 0 })).toEqual([12, 0, 0]);
    expect(counts(several, { mode: 4, difficulty: 3 })).toEqual([12, 6, 3]);
    expect(counts(single, { mode: 0 })).toEqual([8, 0, 0]);
  });

  test('that a game does not have are refused', () => {
    expect(() => counts(several, { mode: 3 })).toThrow(
      'Atari/Switches-v5: mode must be one of 0, 4, got 3. Choose one of these, or leave it out.',
    );
    expect(() => counts(several, { difficulty: 1 })).toThrow(
      'Atari/Switches-v5: difficulty must be one of 0, 3, got 1. Choose one of these, or leave it out.',
    );
    expect(() => make('Catch', { mode: 1 })).toThrow('mode must be one of 0, got 1');
  });

  test('of the table begin with that in which the game starts, which takes no presses', () => {
    for (const { name, modes } of games) {
      if (!modes) continue;
      const presses = [...modes.presses.values()];
      expect(presses[0], name).toBe(0);
      expect(presses, name).toEqual([...new Set(presses)].sort((a, b) => a - b));
    }
  });
});

test('sticky actions hold the previous one on, in each frame with their probability', () => {
  const env = make('Catch', { obsType: 'ram', frameSkip: 1, stickyProbability: 0.25 });
  env.reset({ seed: 4 });
  let [held, trials] = [0, 0];
  let before = env.console.ram[5];
  // Between left and right: of the frames after one that went as it was chosen, one in four goes as that; q = (1 - q) / 4.
  for (let i = 0; i < 4000; i++) {
    const { terminated } = env.step(1 + (i % 2));
    const now = env.console.ram[5];
    if (i > 0 && now !== before) {
      trials++;
      if (now > before !== (i % 2 === 0)) held++;
    }
    before = now;
    if (terminated) {
      env.reset();
      before = env.console.ram[5];
    }
  }
  expect(trials).toBeGreaterThan(3000);
  expect(held / trials).toBeGreaterThan(0.18);
  expect(held / trials).toBeLessThan(0.22);
});

test('frames that are not observed change nothing of those that are, and a game that ends in one shows its end', () => {
  const [seen, skipped] = [1, 2].map(() => make('Catch', { obsType: 'grayscale', ...PLAIN }));
  const isSame = (a: ArrayLike<number>, b: ArrayLike<number>) => Buffer.from(a).equals(Buffer.from(b));
  seen.reset({ seed: 5 });
  skipped.reset({ seed: 5 });
  for (let frame = 1, ended = false; !ended; frame++) {
    const action = Math.floor(frame / 7) % 3;
    skipped.isObserved = frame % 3 === 0;
    const [expected, found] = [seen.step(action), skipped.step(action)];
    ended = expected.terminated;
    expect({ ...found, obs: null }).toEqual({ ...expected, obs: null });
    if (frame % 3 === 0) expect(isSame(found.obs, expected.obs)).toBe(true);
    if (ended) expect(frame % 3).not.toBe(0);
  }
  expect(isSame(skipped.render().data, seen.render().data)).toBe(true);
  // The picture is part of it, and all else.
  expect(skipped.state()).toEqual(seen.state());
});

test('an episode is cut off after 108,000 frames', () => {
  expect(makeEnv('Atari/Catch-v5').spec.maxEpisodeSteps).toBe(27_000);
  expect(makeEnv('Atari/Catch-v5', { frameSkip: 1 }).spec.maxEpisodeSteps).toBe(108_000);
  expect(makeEnv('Atari/Catch-v5', { frameSkip: 5, maxEpisodeSteps: 7 }).spec.maxEpisodeSteps).toBe(7);
});

test('a state brings everything back, in another copy too, and the run goes on bit for bit', () => {
  const env = makeVectorEnv('Atari/Bricks-v5', 2);
  const other = makeVectorEnv('Atari/Bricks-v5', 2);
  const [step, otherStep] = [env.createStep(), other.createStep()];
  env.reset(step, 11);
  other.reset(otherStep, 12);
  const actions = (t: number) => Float32Array.of(t % 4, (t * 3) % 4);
  for (let t = 0; t < 60; t++) env.step(actions(t), step);
  other.restore(env.state());
  for (let t = 60; t < 300; t++) {
    env.step(actions(t), step);
    other.step(actions(t), otherStep);
    expect(otherStep.reward).toEqual(step.reward);
    expect(Buffer.compare(otherStep.obs as Uint8Array, step.obs as Uint8Array)).toBe(0);
  }
  expect(other.state()).toEqual(env.state());
});

describe('under the wrapper atari', () => {
  test('a step joins four frames that it sees one by one, grey and 84 by 84, the last four together', () => {
    const env = makeEnv('Atari/Bricks-v5', { wrappers: ['atari'], stickyProbability: 0 });
    expect(env.spec.observationSpace).toMatchObject({ shape: [84, 84, 4], dtype: 'uint8' });
    expect(env.spec).toMatchObject({ maxEpisodeSteps: 27_000, frameStack: 4 });
    expect(checkEnv(makeEnv('Atari/Bricks-v5', { wrappers: ['atari', 'episodic-life'] }), { steps: 10 })).toEqual([]);
    const first = env.reset({ seed: 2 }).info.frame as number;
    // 1 to 30 idle frames, and four in which FIRE is held.
    expect(first).toBeGreaterThanOrEqual(5);
    expect(first).toBeLessThanOrEqual(34);
    expect(env.step(0).info.frame).toBe(first + 4);
  });

  test('FIRE is pressed around other wrappers too, whose actions are those of the game', () => {
    const [plain, around] = [['atari'], ['episodic-life', 'atari']].map(wrappers => makeEnv('Atari/Bricks-v5', { wrappers }));
    expect(around.actionNames).toEqual(['NOOP', 'FIRE', 'RIGHT', 'LEFT']);
    expect(around.reset({ seed: 2 }).info.frame).toBe(plain.reset({ seed: 2 }).info.frame);
  });

  test('an option that is undefined is left out', () => {
    const env = makeEnv('Atari/Bricks-v5', { wrappers: ['atari'], frameSkip: undefined } as never);
    const { frame } = env.reset({ seed: 2 }).info;
    expect(env.step(0).info.frame).toBe((frame as number) + 4);
  });

  test('its rewards are signs, and what the game paid is kept', () => {
    const env = makeEnv('Atari/Catch-v5', { wrappers: ['atari'] });
    env.reset({ seed: 2 });
    const rewards = new Set<number>();
    for (let ended = false; !ended; ) {
      const { reward, terminated } = env.step(0);
      rewards.add(reward);
      ended = terminated;
    }
    expect([...rewards].every(reward => [-1, 0, 1].includes(reward))).toBe(true);
    // 20 balls, each 1 or -1.
    expect(Math.abs(env.rewardTally?.sum ?? 0) % 2).toBe(0);
    expect(env.rewardTally?.sum).toBeGreaterThanOrEqual(-20);
    expect(rewards.has(-1)).toBe(true);
  });

  test('a state brings it back', () => {
    const [env, other] = [1, 2].map(() => makeEnv('Atari/Bricks-v5', { wrappers: ['episodic-life', 'atari'] }));
    env.reset({ seed: 5 });
    other.reset({ seed: 6 });
    for (let i = 0; i < 20; i++) env.step(i % 4);
    other.restore?.(env.state?.() ?? {});
    for (let i = 0; i < 20; i++) {
      const [ours, theirs] = [env.step(i % 4), other.step(i % 4)];
      expect(Buffer.compare(ours.obs as Uint8Array, theirs.obs as Uint8Array)).toBe(0);
      expect(theirs.reward).toBe(ours.reward);
      if (ours.terminated) break;
    }
  });
});

describe('recorded play', () => {
  // SHA-1 of memory and picture after 600 frames of the actions i · 7 mod n, by the seed 1.
  test.each([
    ['Catch', '482bbe169d7fe6e4b849c4db258eed2e17eee455'],
    ['Bricks', '1cea62188e04e1a75a4e59bc0f515dba1cbf0ee9'],
  ])('of %s is what it was', (name, hash) => {
    const env = make(name, PLAIN);
    env.reset({ seed: 1 });
    const { actionNames, console } = env;
    for (let i = 0; i < 600; i++) {
      if (env.step((i * 7) % actionNames.length).terminated) env.reset();
    }
    expect(sha1(Uint8Array.from([...console.ram, ...console.picture]))).toBe(hash);
  });
});

describe('cartridges', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zpin-roms-'));
  const kept = { roms: process.env.ZPIN_ROMS, python: process.env.ZPIN_PYTHON };
  afterAll(() => {
    rmSync(folder, { recursive: true });
    for (const [name, value] of [
      ['ZPIN_ROMS', kept.roms],
      ['ZPIN_PYTHON', kept.python],
    ] as const) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const gameOf = (rom: Uint8Array): CartridgeGame => ({ ...games[0], name: 'Own', file: 'own.bin', sha1: sha1(rom) });
  const [first, second, third] = [1, 2, 3].map(n => romOf(`loop: inc $8${n}\n jmp loop`));
  process.env.ZPIN_PYTHON = join(folder, 'no-python');

  test('are found by a path, and refused when they are others', () => {
    const path = join(folder, 'a file.bin');
    writeFileSync(path, first);
    expect(findRom('Own', gameOf(first), path)).toEqual(first);
    expect(() => findRom('Own', gameOf(second), path)).toThrow(
      new InputError(`Own: rom must have the SHA-1 ${sha1(second)}, got "${sha1(first)}". Give the cartridge of Own.`),
    );
    expect(() => findRom('Own', gameOf(second), join(folder, 'nothing'))).toThrow('Own: rom must be a file that can be read');
  });

  test('are found in the folder that ZPIN_ROMS names, whatever their names are', () => {
    process.env.ZPIN_ROMS = folder;
    writeFileSync(join(folder, 'own.bin'), 'something else');
    writeFileSync(join(folder, 'z.a26'), second);
    expect(findRom('Own', gameOf(second), null)).toEqual(second);
  });

  test('that are nowhere are missed with the places where they may lie', () => {
    process.env.ZPIN_ROMS = folder;
    expect(() => findRom('Own', gameOf(third), null)).toThrow(
      /^Own: its cartridge \(SHA-1 \w{40}\) must be there, got "none in .*own\.bin/,
    );
  });

  test('may be provided as bytes', () => {
    expect(provideRom(third)).toBe(sha1(third));
    expect(findRom('Own', gameOf(third), null)).toEqual(third);
  });

  test.each([
    ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '84983e441c3bd26ebaae4aa1f95129e5e54670f1'],
  ])('are known by SHA-1: %j', (text, hash) => {
    expect(sha1(new TextEncoder().encode(text))).toBe(hash);
  });
});

test('the table of games: names, cartridges and actions are sound', () => {
  expect(new Set(games.map(({ name }) => name)).size).toBe(games.length);
  for (const { name, sha1: hash, actions, difficulties } of games) {
    expect(hash, name).toMatch(/^[0-9a-f]{40}$/);
    expect(actions[0], name).toBe(0);
    expect(new Set(actions).size, name).toBe(actions.length);
    expect(Math.max(...actions), name).toBeLessThan(18);
    expect(difficulties, name).toContain(0);
    expect(listEnvs().map(({ spec }) => spec.id)).toContain(`Atari/${name}-v5`);
  }
});
