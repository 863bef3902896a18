/**
 * `pnpm check:peers:atari --python <interpreter with python/peers-ale.txt>`: plays seeded random actions in the Arcade Learning
 * Environment and here, and tells how many frames are equal. `--frames 5000`, `--seed 7`, `--games Pong,Breakout`; `--write` stores
 * the table. It fails when rewards, lives or ends differ anywhere, or more than one pixel in a thousand.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { games } from '@zpin/atari';
import { atariParity } from './lib/atari-parity.ts';
import { table } from './lib/table.ts';

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string' },
    frames: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '7' },
    games: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
if (flags.python === undefined) {
  process.stderr.write('check:peers:atari: --python must name an interpreter with ale-py, got none. See python/peers-ale.txt.\n');
  process.exit(2);
}

const script = fileURLToPath(new URL('../python/atari_frames.py', import.meta.url));
const chosen = games.filter(({ name }) => flags.games === undefined || flags.games.split(',').includes(name));
const rows: string[][] = [];
let missed = 0;
for (const game of chosen) {
  const result = await atariParity([flags.python, script], game, Number(flags.frames), Number(flags.seed));
  const share = 1 - result.pixels / (result.frames * 210 * 160);
  const isEqual = result.frames > 0 && result.rewards === 0 && result.lives === 0 && share >= 0.999;
  if (!isEqual) missed++;
  const addresses = [...result.addresses].sort((a, b) => a - b).map(address => address.toString(16));
  const memory =
    addresses.length === 0
      ? ''
      : `from ${result.firstMemory}: ${addresses.slice(0, 8).join(' ')}${addresses.length > 8 ? ' …' : ''}`;
  rows.push([
    result.game,
    String(result.frames),
    String(result.ends),
    String(result.paid),
    String(result.rewards),
    String(result.lives),
    String(result.memory),
    memory,
    `${(100 * share).toFixed(4)} %`,
    ...[result.speed, result.unseenSpeed, result.peerSpeed].map(speed => speed.toFixed(0)),
  ]);
  process.stdout.write(`${rows.at(-1)?.join(' · ')}\n`);
}
const header = [
  'game',
  'frames',
  'games ended',
  'rewards paid',
  'rewards',
  'lives, ends',
  'memory',
  'bytes',
  'equal pixels',
  'frames/s',
  'unseen',
  'ale-py',
];
const text = table(header, rows);
process.stdout.write(`\n${text}\n`);
if (flags.write) {
  const file = new URL('../results/atari.md', import.meta.url);
  const intro = `# Atari, beside the Arcade Learning Environment

\`pnpm check:peers:atari --python … --frames ${flags.frames} --seed ${flags.seed}\`, ale-py 0.12.1: seeded random actions, each for one frame, without sticky
actions, from the first frame after a reset; a game that ends is started anew. The columns behind "rewards paid" count frames that differ
in the reward, in lives or the end, and in any of the 128 bytes of memory, with the addresses. The last columns are frames per second of
processor time: here, here without pictures, and in ale-py, which always draws; on a machine that had other work too.

`;
  writeFileSync(file, `${intro}${text}\n`);
}
process.exit(missed === 0 ? 0 : 1);
