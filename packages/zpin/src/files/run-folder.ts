import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CheckpointError, InputError, message, printable } from '@zpin/contracts';
import type { DecodedCheckpoint } from '@zpin/core';
import { checkWritable, makeFolder, readCheckpoint, writeFileAtomic } from '@zpin/core/node';
import type { MessageNames } from '../message-names.ts';
import type { RunDescription } from '../run-description.ts';
import { isWhole } from './whole-description.ts';

/** Names of the files in a run folder. */
const FILES = {
  description: 'config.json',
  checkpoint: 'checkpoint.bin',
  policy: 'policy.bin',
  onnx: 'policy.onnx',
  metrics: 'metrics.jsonl',
  progress: 'progress.csv',
  log: 'log.jsonl',
  curve: 'curve.svg',
  summary: 'summary.json',
  score: 'score.json',
} as const;

export type RunFile = keyof typeof FILES;

/** The folder in which a run leaves everything. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Path of a file. */
  file(name: RunFile): string {
    return join(this.path, FILES[name]);
  }

  /** Whether a file is there. */
  has(name: RunFile): boolean {
    return existsSync(this.file(name));
  }

  /** Whether the run was evaluated at its end, after so many steps: a run that got more of them has a summary of before. */
  isConcluded(steps: number): boolean {
    if (!this.has('summary')) return false;
    try {
      return JSON.parse(readFileSync(this.file('summary'), 'utf8')).steps === steps;
    } catch {
      return false;
    }
  }

  /** Whether the run came to its end: all its steps, or those after which it was told to end. Torn files say nothing. */
  isEnded(): boolean {
    if (!this.has('summary')) return false;
    try {
      const { steps, endedBy } = JSON.parse(readFileSync(this.file('summary'), 'utf8'));
      return endedBy !== undefined || steps === JSON.parse(readFileSync(this.file('description'), 'utf8')).steps;
    } catch {
      return false;
    }
  }

  /** Path from where the user stands, when that is shorter. */
  get shown(): string {
    const near = relative(process.cwd(), this.path);
    return printable(near.startsWith('..') || near === '' ? this.path : near);
  }

  /** Runs in this folder, in the order of their names, those of several seeds too, which have a folder of their own in it. */
  get runs(): RunFolder[] {
    return inside(this.path).flatMap(run =>
      run.has('description') ? [run] : inside(run.path).filter(each => each.has('description')),
    );
  }

  write(name: RunFile, content: string | Uint8Array): void {
    writeFileAtomic(this.file(name), content);
  }

  writeJson(name: RunFile, value: unknown): void {
    this.write(name, `${JSON.stringify(value, null, 2)}\n`);
  }

  /** @throws InputError when the folder is not a run folder */
  describe(where: string): RunDescription {
    const remedy = 'Give a folder that zpin train made, such as runs/ppo-CartPole-v1-seed1';
    if (!existsSync(this.path) || !statSync(this.path).isDirectory()) {
      throw new InputError(message(where, 'the run folder must exist', this.path, remedy));
    }
    if (!this.has('description')) {
      const { runs } = this;
      const choice = runs.length === 0 ? remedy : `Name one of the ${runs.length} runs in it, such as ${runs[0].shown}`;
      throw new InputError(message(where, `a run folder must hold ${FILES.description}`, this.path, choice));
    }
    try {
      const found = JSON.parse(readFileSync(this.file('description'), 'utf8')) as RunDescription;
      if (isWhole(found)) return found;
    } catch {
      // Told below, as every file that does not describe a run.
    }
    throw new CheckpointError(
      message(
        where,
        `${FILES.description} must describe a run`,
        this.file('description'),
        'The file is damaged; start a new run',
      ),
    );
  }

  /**
   * The last state of the run.
   * @param only names of what is wanted of it; all of it when omitted
   * @throws CheckpointError when the checkpoint cannot be read, or is not the one of the run that the folder describes
   */
  readCheckpoint(
    where: string,
    { algorithm, env, seed, config, envOptions = {}, her }: RunDescription,
    only?: readonly string[],
  ): DecodedCheckpoint {
    if (!this.has('checkpoint')) {
      const remedy =
        'The first comes after a tenth of the steps, or when a run is stopped; where it ended before, delete the folder and train anew';
      throw new InputError(message(where, 'the run must have a checkpoint', `none in ${this.path} yet`, remedy));
    }
    const checkpoint = readCheckpoint(this.file('checkpoint'), { algorithm, env, ...(only && { only }) });
    const { header } = checkpoint;
    if (header.extra?.kind === 'policy') {
      const expectation = 'the file must hold the checkpoint of a run';
      throw new CheckpointError(
        message(this.file('checkpoint'), expectation, 'a policy', 'Put back the file that the run wrote'),
      );
    }
    // Checkpoints of before do not say what the environment was told.
    const told = { envOptions, her: her ?? null };
    const { envOptions: ofEnv = told.envOptions, her: ofReplay = told.her } = header.extra ?? {};
    const all = { ...header.config, seed: header.seed, envOptions: ofEnv, her: ofReplay };
    const saved: Readonly<Record<string, unknown>> = JSON.parse(JSON.stringify(all));
    const described: Readonly<Record<string, unknown>> = { ...config, seed, ...told };
    for (const name of new Set([...Object.keys(saved), ...Object.keys(described)])) {
      if (isDeepStrictEqual(saved[name], described[name])) continue;
      const expectation = `${name} in ${FILES.description} must be ${JSON.stringify(saved[name])} as in the checkpoint`;
      throw new CheckpointError(message(where, expectation, described[name], 'Undo the change, or start a new run with it'));
    }
    checkWhole(this.file('checkpoint'), checkpoint);
    return checkpoint;
  }
}

/** Folders in a folder. */
function inside(path: string): RunFolder[] {
  if (!existsSync(path)) return [];
  const folders = statSync(path).isDirectory()
    ? readdirSync(path, { withFileTypes: true }).filter(entry => entry.isDirectory())
    : [];
  const names = folders.map(({ name }) => name).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return names.map(name => new RunFolder(join(path, name)));
}

/** @throws CheckpointError when a state that came whole from its file cannot be that of a run */
function checkWhole(path: string, { header, state }: DecodedCheckpoint): void {
  const fail = (expectation: string, found: unknown, remedy: string) =>
    new CheckpointError(message(path, expectation, found, remedy));
  const { counters, agent } = state as Readonly<Record<string, unknown>>;
  if (!isRecord(agent)) {
    throw fail('the file must hold the checkpoint of a run', Object.keys(state), 'Put back the file that the run wrote');
  }
  if (isRecord(counters) && counters.step !== header.step) {
    throw fail(
      `the state must be of step ${header.step}, as the header says`,
      counters.step,
      'The file is damaged; use a copy of it',
    );
  }
  for (const [name, values] of Object.entries(isRecord(agent.vectors) ? agent.vectors : {})) {
    const broken = values instanceof Float32Array ? values.find(value => !Number.isFinite(value)) : undefined;
    if (broken !== undefined) throw fail(`${name} must be finite`, broken, 'The file is damaged; use a copy of it');
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** Makes an empty run folder. @throws InputError when something is there already, or nothing can be made there */
export function createRunFolder(path: string, { where, option, resume }: MessageNames): RunFolder {
  if (existsSync(path) && (!statSync(path).isDirectory() || readdirSync(path).length > 0)) {
    const canGoOn = new RunFolder(path).has('checkpoint');
    const remedy = canGoOn
      ? `Choose another folder, or go on with that run by ${resume(path)}`
      : 'Choose another folder, or delete it';
    throw new InputError(message(where, `${option('runDir')} must be new or empty`, path, remedy));
  }
  try {
    makeFolder(path);
  } catch (error) {
    const reason = (error as Error).message.split(',')[0];
    const expectation = `${option('runDir')} must be a place to write to`;
    throw new InputError(message(where, expectation, path, `Choose another folder: ${reason}`));
  }
  const folder = new RunFolder(path);
  checkWritable(where, option('runDir'), folder.file('description'));
  return folder;
}

/** The first of `runs/name`, `runs/name-2`, … that does not exist. */
export function freeRunPath(name: string): string {
  for (let k = 1; ; k++) {
    const path = join(process.cwd(), 'runs', k === 1 ? name : `${name}-${k}`);
    if (!existsSync(path)) return path;
  }
}
