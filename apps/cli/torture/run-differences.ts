import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readCheckpoint } from '@zpin/core/node';
import { eventFileNames, RunFolder } from 'zpin/node';
import { readEvents } from '../../../packages/zpin/test/read-events.ts';

/** Files that are equal to the last byte. */
const FILES = ['config.json', 'metrics.jsonl', 'progress.csv', 'policy.bin', 'policy.onnx', 'curve.svg'];
const BEST_FILES = ['best/score.json', 'best/policy.bin', 'best/policy.onnx'];

/**
 * What two runs do not have in common, beside the time that they took and where they are; null where there is nothing.
 * @param kept whether they have kept checkpoints of the same steps
 */
export function differenceOf(one: string, other: string, { kept }: { readonly kept: boolean }): string | null {
  const both = <T>(read: (folder: string) => T): boolean => !isDeepStrictEqual(read(one), read(other));
  for (const file of [...FILES, ...BEST_FILES]) if (both(folder => bytesOf(join(folder, file)))) return `${file} is another one`;
  if (both(summaryOf)) return 'summary.json tells something else';
  if (both(folder => filesIn(join(folder, 'films')))) return 'the films are others';
  if (both(curvesOf)) return 'TensorBoard shows something else';
  for (const file of ['checkpoint.bin', 'best/checkpoint.bin']) {
    const [a, b] = [one, other].map(folder => (existsSync(join(folder, file)) ? readCheckpoint(join(folder, file)) : null));
    if (a?.header.step !== b?.header.step) return `${file} is of step ${b?.header.step} in place of ${a?.header.step}`;
    if (!isDeepStrictEqual(a?.state, b?.state)) return `the state in ${file} is another one`;
  }
  if (!kept) return null;
  if (both(stepsKept)) return 'checkpoints of other steps were kept';
  for (const step of stepsKept(one)) {
    const state = (folder: string) => readCheckpoint(join(folder, 'checkpoints', step, 'checkpoint.bin')).state;
    if (both(state)) return `the checkpoint that was kept at ${step} is another one`;
  }
  return null;
}

function bytesOf(file: string): Buffer | null {
  return existsSync(file) ? readFileSync(file) : null;
}

function filesIn(folder: string): (readonly [string, Buffer])[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map(name => [name, readFileSync(join(folder, name))] as const);
}

function stepsKept(folder: string): string[] {
  const path = join(folder, 'checkpoints');
  return existsSync(path) ? readdirSync(path).sort() : [];
}

/** The summary, but for time and place. */
function summaryOf(folder: string): object {
  const {
    wallSeconds: _,
    stepsPerSecond: __,
    runDir: ___,
    ...rest
  } = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Record<string, unknown>;
  return rest;
}

/** Numbers and pictures of event files, but for those that the clock tells. */
function curvesOf(folder: string): object[] {
  return eventFileNames(new RunFolder(folder)).flatMap(name =>
    readEvents(readFileSync(join(folder, name))).flatMap(({ step, scalars, pictures }) => {
      const { 'time/stepsPerSecond': _, ...told } = scalars;
      return Object.keys(told).length + Object.keys(pictures).length === 0 ? [] : [{ step, told, pictures }];
    }),
  );
}
