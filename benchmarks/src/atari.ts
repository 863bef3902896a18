/**
 * `pnpm check:peers:atari --python <interpreter with python/peers-ale.txt>`: plays seeded random actions in the Arcade Learning
 * Environment and here, and tells how many frames are equal. `--frames 5000`, `--seed 7`, `--games Pong,Breakout`; `--write` stores
 * the table. `--modes` plays each mode and difficulty that a game has instead, 600 frames each; `--schemes` plays cartridges of all
 * schemes of bank switching that ale-py has, of which nothing else is known here. It fails when rewards, lives or ends differ anywhere,
 * or more than one pixel in a thousand.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { games } from '@zpin/atari';
import { type AtariParity, atariParity, cartridgeAlone } from './lib/atari-parity.ts';
import { table } from './lib/table.ts';

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string' },
    frames: { type: 'string' },
    seed: { type: 'string', default: '7' },
    games: { type: 'string' },
    modes: { type: 'boolean', default: false },
    schemes: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
if (flags.python === undefined) {
  process.stderr.write('check:peers:atari: --python must name an interpreter with ale-py, got none. See python/peers-ale.txt.\n');
  process.exit(2);
}

const script = fileURLToPath(new URL('../python/atari_frames.py', import.meta.url));
const chosen = games.filter(({ name }) => flags.games === undefined || flags.games.split(',').includes(name));
const command = [flags.python, script] as const;
const frames = Number(flags.frames ?? (flags.modes || flags.schemes ? 600 : 5000));
const seed = Number(flags.seed);
const file = new URL('../results/atari.md', import.meta.url);
/** Cartridges with bank switching that no game of the package has, with the actions by which ale-py starts them. */
const SWITCHING: readonly (readonly [file: string, scheme: string, startActions: readonly number[]])[] = [
  ['elevator_action.bin', 'F8SC', Array<number>(16).fill(1)],
  ['darkchambers.bin', 'F6SC', []],
  ['road_runner.bin', 'F6', []],
  ['solaris.bin', 'F6', []],
  ['jamesbond.bin', 'E0', []],
  ['tutankham.bin', 'E0', []],
  ['robotank.bin', 'FE', []],
];
/** Those that are not equal yet. */
const UNEQUAL = ['darkchambers', 'tutankham'];

process.exit((await (flags.modes ? compareModes() : flags.schemes ? compareSchemes() : compareGames())) ? 0 : 1);

/** @returns whether all are equal enough */
async function compareGames(): Promise<boolean> {
  const rows: string[][] = [];
  let areEqual = true;
  for (const game of chosen) {
    const result = await atariParity(command, game, { frames, seed, isTimed: true });
    areEqual &&= isEqual(result);
    const addresses = [...result.addresses].sort((a, b) => a - b).map(address => address.toString(16));
    const memory =
      addresses.length === 0
        ? ''
        : `from ${result.firstMemory}: ${addresses.slice(0, 8).join(' ')}${addresses.length > 8 ? ' …' : ''}`;
    rows.push([
      ...[result.game, String(result.frames), String(result.ends), String(result.paid)],
      ...[result.rewards, result.lives, result.memory].map(String),
      ...[memory, equalPixels(result)],
      ...[result.speed, result.unseenSpeed, result.peerSpeed].map(speed => speed.toFixed(0)),
      (result.speed / result.peerSpeed).toFixed(2),
    ]);
    process.stdout.write(`${rows.at(-1)?.join(' · ')}\n`);
  }
  const ratios = rows.map(row => Number(row.at(-1))).sort((a, b) => a - b);
  const head = ['game', 'frames', 'games ended', 'rewards paid', 'rewards', 'lives, ends', 'memory', 'bytes', 'equal pixels'];
  const text = `${table([...head, 'frames/s', 'unseen', 'ale-py', 'ratio'], rows)}\n\nMedian of the ratios: ${ratios[ratios.length >> 1]}.`;
  process.stdout.write(`\n${text}\n`);
  const about = `# Atari, beside the Arcade Learning Environment

\`pnpm check:peers:atari --python … --frames ${frames} --seed ${seed}\`, ale-py 0.12.1: seeded random actions, each for one frame, without sticky
actions, from the first frame after a reset; a game that ends is started anew. The columns behind "rewards paid" count frames that differ
in the reward, in lives or the end, and in any of the 128 bytes of memory, with the addresses. The last columns are frames per second of
processor time: here, here without pictures, and in ale-py, which always draws. The ratio is that of pictures here to
ale-py.`;
  if (flags.write) writePart(0, `${about}\n\n${text}`);
  return areEqual;
}

/** The same for each mode, with the switches at rest, and for each difficulty, in the mode in which the game starts. */
async function compareModes(): Promise<boolean> {
  const rows: string[][] = [];
  for (const game of chosen) {
    const [first, ...others] = game.modes?.presses.keys() ?? [0];
    const plays = [
      ...game.difficulties.map(difficulty => ({ mode: first, difficulty })),
      ...others.map(mode => ({ mode, difficulty: game.difficulties[0] })),
    ];
    if (plays.length === 1) continue;
    for (const play of plays) {
      const result = await atariParity(command, game, { frames, seed, ...play, isTimed: false });
      const counts = [result.frames, result.paid, result.rewards, result.lives, result.memory];
      rows.push([game.name, String(play.mode), String(play.difficulty), ...counts.map(String), equalPixels(result)]);
      process.stdout.write(`${rows.at(-1)?.join(' · ')}\n`);
    }
  }
  const head = ['game', 'mode', 'difficulty', 'frames', 'rewards paid', 'rewards', 'lives, ends', 'memory', 'equal pixels'];
  const text = table(head, rows);
  process.stdout.write(`\n${text}\n`);
  const about = `## Modes and difficulties

\`pnpm check:peers:atari --python … --modes --frames ${frames} --seed ${seed}\`: as above, in each mode with the difficulty switches at rest, and with each
setting of these in the mode in which the game starts; of games that have more than one of either.`;
  if (flags.write) writePart(1, `${about}\n\n${text}`);
  return rows.every(row => row[5] === '0' && row[6] === '0');
}

/** Memory and pictures of cartridges of which rewards, lives and ends are not known. */
async function compareSchemes(): Promise<boolean> {
  const rows: string[][] = [];
  for (const [file, scheme, startActions] of SWITCHING) {
    if (flags.games !== undefined && !flags.games.split(',').includes(file.replace('.bin', ''))) continue;
    const game = cartridgeAlone(file, startActions);
    const result = await atariParity(command, game, { frames, seed, isTimed: false });
    const first = result.firstMemory < 0 ? '' : `from ${result.firstMemory}`;
    rows.push([game.name, scheme, String(result.frames), String(result.memory), first, equalPixels(result)]);
    process.stdout.write(`${rows.at(-1)?.join(' · ')}\n`);
  }
  const text = table(['cartridge', 'scheme', 'frames', 'memory', '', 'equal pixels'], rows);
  process.stdout.write(`\n${text}\n`);
  const about = `## Schemes of bank switching

\`pnpm check:peers:atari --python … --schemes --frames ${frames} --seed ${seed}\`: cartridges that are no game of the package, so that rewards, lives and
ends are not compared; the content of each tells its scheme.`;
  if (flags.write) writePart(2, `${about}\n\n${text}`);
  return rows.every(row => row[3] === '0' || UNEQUAL.includes(row[0]));
}

function isEqual(result: AtariParity): boolean {
  return result.frames > 0 && result.rewards === 0 && result.lives === 0 && equalShare(result) >= 0.999;
}

function equalShare({ pixels, frames: played }: AtariParity): number {
  return 1 - pixels / (played * 210 * 160);
}

function equalPixels(result: AtariParity): string {
  return `${(100 * equalShare(result)).toFixed(4)} %`;
}

/** Writes one of the parts of the file; the others stay. */
function writePart(index: 0 | 1 | 2, text: string): void {
  const parts = readFileSync(file, 'utf8')
    .trim()
    .split(/\n\n(?=## )/);
  parts[index] = text;
  writeFileSync(file, `${parts.join('\n\n')}\n`);
}
