import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultsFolder } from './results.ts';

/** How an environment compares with its original, as `pnpm check:peers` found it. */
export interface PeerResult {
  readonly steps: number;
  readonly tolerance: string;
  /** As `40 of 40`. */
  readonly equal: string;
  /** Episodes that are equal to the last bit. */
  readonly toTheBit: number;
}

/** Rows of `benchmarks/results/peers.md`, by environment. */
export function peerResults(): ReadonlyMap<string, PeerResult> {
  const rows = cells('peers.md').filter(row => row.length === 7 && / of /.test(row[3] ?? ''));
  return new Map(
    rows.map(([env = '', steps, tolerance = '', equal = '', , bits]) => [
      env,
      { steps: Number(steps), tolerance, equal, toTheBit: Number(bits) },
    ]),
  );
}

/** Steps per second of one thread with random actions, by environment, from `benchmarks/results/envs.md`. */
export function environmentSpeeds(): ReadonlyMap<string, { readonly copies: number; readonly stepsPerSecond: string }> {
  const rows = cells('envs.md').filter(row => row.length === 4 && /^[\d,]+$/.test(row[2] ?? ''));
  return new Map(rows.map(([env = '', copies, stepsPerSecond = '']) => [env, { copies: Number(copies), stepsPerSecond }]));
}

function cells(file: string): string[][] {
  return readFileSync(join(resultsFolder, file), 'utf8')
    .split('\n')
    .filter(line => line.startsWith('| '))
    .map(line =>
      line
        .slice(2, -1)
        .split('|')
        .map(cell => cell.trim()),
    );
}
