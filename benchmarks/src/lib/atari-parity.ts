import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AtariEnv, atariOptions, atariSpec, type CartridgeGame } from '@zpin/atari';
import { readValues } from '@zpin/contracts';

/** Bytes of a record of `atari_frames.py`: action, reward, lives, end, memory, picture. */
const MEMORY = 10;
const PICTURE = MEMORY + 128;
const RECORD = PICTURE + 210 * 160;
const RESET = 254;
/** Frames by which speed is measured. */
const SPEED_FRAMES = 3000;

/** How many frames of a game are what they are in the Arcade Learning Environment. */
export interface AtariParity {
  readonly game: string;
  frames: number;
  ends: number;
  /** Frames whose reward differs; whose lives or end do. */
  rewards: number;
  lives: number;
  /** Frames in which any byte of memory differs, the first of them, and the addresses that ever do. */
  memory: number;
  firstMemory: number;
  readonly addresses: Set<number>;
  /** Pixels that differ. */
  pixels: number;
  paid: number;
  /** Frames per second of processor time here, with and without pictures, and in the other. */
  speed: number;
  unseenSpeed: number;
  peerSpeed: number;
}

/** What of a game is played. */
export interface AtariPlay {
  readonly frames: number;
  readonly seed: number;
  /** Number of the mode; that in which the game starts, with the switches at rest, when omitted. */
  readonly mode?: number;
  /** Difficulty switches; 0 when omitted. */
  readonly difficulty?: number;
  /** Whether speed is measured too. */
  readonly isTimed: boolean;
}

/**
 * Plays `frames` frames in the Arcade Learning Environment and here, with the same actions, and counts what differs.
 * @param command an interpreter with ale-py, and `python/atari_frames.py`
 */
export async function atariParity(
  [python, script]: readonly [string, string],
  game: CartridgeGame,
  { frames, seed, mode, difficulty = 0, isTimed }: AtariPlay,
): Promise<AtariParity> {
  const numbers = [frames, seed, ...(mode === undefined ? [] : [mode, difficulty])].map(String);
  const child = spawn(python, [script, game.file, ...numbers], { stdio: ['ignore', 'pipe', 'pipe'] });
  let spoken = '';
  child.stderr.on('data', chunk => {
    spoken += chunk;
  });
  const result: AtariParity = {
    game: game.name,
    frames: 0,
    ends: 0,
    rewards: 0,
    lives: 0,
    memory: 0,
    firstMemory: -1,
    addresses: new Set(),
    pixels: 0,
    paid: 0,
    speed: Number.NaN,
    unseenSpeed: Number.NaN,
    peerSpeed: Number.NaN,
  };
  let env: AtariEnv | undefined;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!env) {
      const end = rest.indexOf('\n');
      if (end < 0) continue;
      env = makeGame(game, rest.toString('utf8', 0, end), { mode: mode ?? null, difficulty });
      rest = rest.subarray(end + 1);
    }
    for (; rest.length >= RECORD; rest = rest.subarray(RECORD)) compare(env, rest, result);
  }
  if (result.frames === 0) throw new Error(`atariParity: ${game.file} must be played by ale-py, got "${spoken.trim()}".`);
  // The last that the recorder says is how fast the other one was.
  result.peerSpeed = Number(/(\d+)$/.exec(spoken)?.[1] ?? Number.NaN);
  if (env && isTimed) {
    result.speed = speedOf(env, true);
    result.unseenSpeed = speedOf(env, false);
  }
  return result;
}

/** Frames per second of processor time, with or without pictures. */
function speedOf({ console, game }: AtariEnv, isDrawing: boolean): number {
  console.isDrawing = isDrawing;
  const start = process.cpuUsage().user;
  for (let frame = 0; frame < SPEED_FRAMES; frame++) {
    console.controls.hold(game.actions[(frame >> 3) % game.actions.length]);
    console.frame();
  }
  return SPEED_FRAMES / ((process.cpuUsage().user - start) / 1e6);
}

/**
 * A game of which nothing is known but its cartridge: neither scores nor ends, and its actions are those of the other program.
 * @param startActions those with which it begins there
 */
export function cartridgeAlone(file: string, startActions: readonly number[]): CartridgeGame {
  const rules = { score: () => 0, isOver: () => false };
  return { name: file.replace('.bin', ''), file, sha1: '', summary: '', actions: [], difficulties: [0], startActions, rules };
}

/** @param told what the other program says of itself: folder of its cartridges, actions and number of modes */
function makeGame(known: CartridgeGame, told: string, switches: { mode: number | null; difficulty: number }): AtariEnv {
  const [folder, actions, modes] = told.split('\t');
  const several = { modes: { held: 0, presses: new Map([[0, 0]]) } };
  const unknown = { actions: actions.split(',').map(Number), ...(Number(modes) > 1 && several) };
  const game = known.actions.length > 0 ? known : { ...known, ...unknown };
  const path = join(folder, game.file);
  const options = { ...switches, frameSkip: 1, stickyProbability: 0, obsType: 'grayscale' };
  const spec = { ...atariSpec(game.name, game.actions), maxEpisodeSteps: null };
  return new AtariEnv(spec, game, new Uint8Array(readFileSync(path)), readValues(atariOptions, options, game.name));
}

function compare(env: AtariEnv, record: Buffer, result: AtariParity): void {
  let reward = 0;
  let isOver = false;
  if (record[0] === RESET) env.reset(result.frames === 0 ? { seed: 0 } : {});
  else ({ reward, terminated: isOver } = env.step(record[0]));
  result.frames++;
  if (isOver) result.ends++;
  if (reward !== record.readInt32LE(1)) result.rewards++;
  if (record.readInt32LE(1) !== 0) result.paid++;
  if (env.lives !== record.readInt32LE(5) || isOver !== (record[9] === 1)) result.lives++;
  const { ram, picture } = env.console;
  if (Buffer.compare(record.subarray(MEMORY, PICTURE), ram) !== 0) {
    if (result.memory++ === 0) result.firstMemory = result.frames - 1;
    for (let i = 0; i < ram.length; i++) if (ram[i] !== record[MEMORY + i]) result.addresses.add(i + 0x80);
  }
  if (Buffer.compare(record.subarray(PICTURE, RECORD), picture) !== 0) {
    for (let i = 0; i < picture.length; i++) if (picture[i] !== record[PICTURE + i]) result.pixels++;
  }
}
