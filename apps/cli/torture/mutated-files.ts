import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rng, StateValue } from '@zpin/contracts';
import { encodeCheckpoint } from '@zpin/core';
import { readCheckpoint } from '@zpin/core/node';
import type { Job } from './child.ts';
import { RUN_NAMES, RUN_STEPS } from './fixtures.ts';

/** A command that is given a file in which something is wrong. */
export interface FileJob extends Job {
  /** What was done to which file. */
  readonly told: string;
}

/** Ways to spoil any file. */
const WAYS = ['flip', 'flips', 'cut', 'longer', 'empty', 'zeros', 'swapped', 'noise'] as const;
/** Ways to spoil a file that keep its checksum right, or that it has none of. */
const FORGED = 'forged';

/** Copies a run folder of the fixtures, spoils a file in it, and gives the command that shall look at it. */
export function spoiledFile(fixtures: string, folder: string, number: number, rng: Rng, patience: number): FileJob {
  const pick = <T>(items: readonly T[]): T => items[rng.integers(0, items.length)];
  const name = pick(RUN_NAMES);
  const run = join(folder, `${number}`);
  cpSync(join(fixtures, 'runs', name), run, { recursive: true });
  const isData = name === 'bc' && rng.random() < 0.4;
  const inRun = readdirSync(run, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const chosen = isData
    ? 'data.zpin'
    : pick(['checkpoint.bin', 'checkpoint.bin', 'config.json', 'config.json', 'metrics.jsonl', 'any']);
  const any = pick(inRun);
  const path = isData ? join(run, chosen) : chosen === 'any' ? join(any.parentPath, any.name) : join(run, chosen);
  if (isData) cpSync(join(fixtures, chosen), path);
  const way = rng.random() < 0.45 ? FORGED : pick(WAYS);
  const what = way === FORGED ? forge(path, rng) : spoil(path, way, run, rng);
  const argv = isData
    ? [
        'train',
        'bc',
        '--env',
        'CartPole-v1',
        '--dataset',
        path,
        '--steps',
        '20',
        '--run-dir',
        join(run, 'new'),
        '--eval-episodes',
        '1',
      ]
    : pick([
        ['train', '--resume', run, '--steps', String(RUN_STEPS + 64), '--eval-episodes', '1'],
        ['train', '--resume', run, '--steps', String(RUN_STEPS + 64), '--eval-episodes', '1', '--quiet'],
        ['eval', run, '--episodes', '1'],
        ['plot', run, '--out', join(run, 'x.svg')],
        ['record', run, '--max-steps', '3', '--out', join(run, 'x.gif')],
        ['collect', run, '--steps', '20'],
      ]);
  return { folder: fixtures, argv, patience, told: `${name}: ${path.slice(run.length + 1)}, ${way} ${what}` };
}

function spoil(path: string, way: (typeof WAYS)[number], run: string, rng: Rng): string {
  const bytes = readFileSync(path);
  const place = () => rng.integers(0, Math.max(1, bytes.length));
  switch (way) {
    case 'flip':
    case 'flips':
      for (let k = 0; k < (way === 'flip' ? 1 : 50) && bytes.length > 0; k++) bytes[place()] ^= 1 << rng.integers(0, 8);
      writeFileSync(path, bytes);
      return '';
    case 'cut':
      writeFileSync(path, bytes.subarray(0, place()));
      return '';
    case 'longer':
      writeFileSync(path, Buffer.concat([bytes, bytes.subarray(place())]));
      return '';
    case 'empty':
      writeFileSync(path, '');
      return '';
    case 'zeros': {
      const from = place();
      bytes.fill(0, from, Math.min(bytes.length, from + 1 + rng.integers(0, 64)));
      writeFileSync(path, bytes);
      return '';
    }
    case 'swapped': {
      const others = readdirSync(run, { withFileTypes: true }).filter(entry => entry.isFile());
      const other = others[rng.integers(0, others.length)].name;
      writeFileSync(path, readFileSync(join(run, other)));
      return `with ${other}`;
    }
    case 'noise':
      writeFileSync(
        path,
        Uint8Array.from({ length: 1 + place() }, () => rng.integers(0, 256)),
      );
      return '';
  }
}

/** Values that a state or a description never has there. */
const WRONG: readonly StateValue[] = [
  ...[null, true, -1, 0, 1.5, 1e300, 2 ** 53, '', 'x', '\u001b[31m', [], {}, [1, 2, 3], { a: 1 }],
  ...[
    new Float32Array(3),
    new Uint8Array(0),
    new Int32Array([7]),
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ],
];

/** Changes one value and writes everything again as the program would. */
function forge(path: string, rng: Rng): string {
  const wrong = WRONG[rng.integers(0, WRONG.length)];
  if (path.endsWith('checkpoint.bin') || path.endsWith('policy.bin')) {
    const { header, state } = readCheckpoint(path);
    const { extra = {}, ...rest } = header;
    const whole = { state, extra, rest: { ...rest } } as { [key: string]: StateValue };
    const where = change(whole, wrong, rng);
    const { state: changed, extra: more, rest: about } = whole as never;
    try {
      writeFileSync(path, encodeCheckpoint({ header: { ...(about as typeof header), extra: more }, state: changed }));
    } catch {
      // A header that cannot be written is not a forged one.
      return 'nothing';
    }
    return where;
  }
  if (path.endsWith('.json')) {
    const whole = { file: JSON.parse(readFileSync(path, 'utf8')) };
    const where = change(whole, wrong, rng);
    writeFileSync(path, JSON.stringify(whole.file) ?? '');
    return where;
  }
  const lines = readFileSync(path).toString('latin1').split('\n');
  const at = rng.integers(0, lines.length);
  const shown = typeof wrong === 'object' ? JSON.stringify(wrong) : String(wrong);
  lines.splice(at, rng.integers(0, 2), ...[shown, lines[at].slice(0, rng.integers(0, lines[at].length + 1))]);
  writeFileSync(path, lines.join('\n'), 'latin1');
  return `line ${at}`;
}

/** Puts a wrong value at a random place of a tree, or takes the place away. Returns where. */
function change(tree: { [key: string]: unknown }, wrong: StateValue, rng: Rng): string {
  const path: string[] = [];
  let branch = tree;
  for (;;) {
    const keys = Object.keys(branch);
    const key = keys[rng.integers(0, keys.length)];
    path.push(key);
    const value = branch[key];
    const goesOn = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && Object.keys(value).length > 0;
    if (goesOn && (path.length < 2 || rng.random() < 0.85)) {
      branch = value as { [key: string]: unknown };
      continue;
    }
    if (value instanceof Float32Array && value.length > 0 && rng.random() < 0.5) {
      value[rng.integers(0, value.length)] = [Number.NaN, Number.POSITIVE_INFINITY, 1e30, 0][rng.integers(0, 4)];
      return `a number of ${path.join('.')}`;
    }
    if (rng.random() < 0.2) {
      delete branch[key];
      return `without ${path.join('.')}`;
    }
    branch[key] = wrong;
    return `${path.join('.')} = ${ArrayBuffer.isView(wrong) ? wrong.constructor.name : JSON.stringify(wrong)}`;
  }
}
