import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StateValue } from '@zpin/contracts';
import { envSpecToJSON } from '@zpin/core';
import { makeFolder, savePolicy, writeCheckpointAsync } from '@zpin/core/node';
import type { FilmFormat } from '../run-defaults.ts';
import type { CheckpointParts, RunStore } from '../run-store.ts';
import { BestFiles, type BestScore } from './best-files.ts';
import { type EventFiles, eventFiles, rewindEventFiles } from './event-files.ts';
import { openFilm } from './film.ts';
import { goBackTo, keepCheckpoint, keepMissing, rewindKept } from './kept-checkpoints.ts';
import { type MetricFiles, metricFiles, rewindMetricFiles } from './metric-files.ts';
import type { RunFolder } from './run-folder.ts';
import { type RunLog, runLog } from './run-log.ts';
import { forgetStopRequest, isStopRequested } from './stop-request.ts';

/**
 * Leaves everything of a run in its folder.
 * @param goesBack whether the run goes on from a checkpoint that was kept, not from its last one
 */
export function folderStore(folder: RunFolder, goesBack = false): RunStore {
  const best = new BestFiles(folder);
  let metrics: MetricFiles | null = null;
  let events: EventFiles | null = null;
  let log: RunLog | null = null;
  let last = 0;
  return {
    path: folder.path,
    get checkpointPath() {
      return folder.has('checkpoint') ? folder.file('checkpoint') : null;
    },
    begin(description, step, engine) {
      folder.writeJson('description', description);
      forgetStopRequest(folder);
      if (goesBack) goBackTo(folder, step);
      rewindMetricFiles(folder, step);
      rewindKept(folder, step);
      // Whoever was killed between a checkpoint and its copy has only the first.
      if (description.keepCheckpoints !== undefined && step > 0) keepMissing(folder, step, description.keepCheckpoints);
      rewindFilms(folder, step);
      best.rewind(step);
      rewindEventFiles(folder, step);
      metrics = metricFiles(folder, description.steps);
      if (description.tensorboard) events = eventFiles(folder, { description, step });
      log = runLog(folder, step, engine);
      last = step;
      return metrics.episodes;
    },
    event(event) {
      last = event.step;
      metrics?.event(event);
      events?.event(event);
      log?.event(event);
    },
    async saveCheckpoint(parts) {
      metrics?.flush();
      events?.flush();
      const path = await writeMoment(folder, parts);
      best.settle();
      const { keepCheckpoints } = parts.description;
      if (keepCheckpoints !== undefined) keepCheckpoint(folder, parts.step, keepCheckpoints);
      return path;
    },
    saveBest: ({ evaluation, onnx, ...parts }) =>
      best.replace(async fresh => {
        await writeMoment(fresh, parts);
        if (onnx) fresh.write('onnx', onnx);
        fresh.writeJson('score', scoreOf(parts.step, evaluation));
      }),
    film(step, plan) {
      const place = filmPlace(folder, step, plan.format ?? 'gif');
      const film = openFilm(place, { format: plan.format ?? 'gif', framesPerSecond: FILM_RATE, where: 'train' });
      let size = { width: 0, height: 0 };
      return {
        add(frame) {
          size = { width: frame.width, height: frame.height };
          film.add(frame);
        },
        async finish() {
          await film.finish();
          // TensorBoard shows GIFs as they are.
          if (film.path.endsWith('.gif')) events?.picture(step, 'film', { ...size, file: readFileSync(film.path) });
        },
        discard: () => film.discard(),
      };
    },
    lastFilm: () => Math.max(0, ...filmSteps(folder).keys()),
    saveOnnx: model => folder.write('onnx', model),
    isStopRequested: () => isStopRequested(folder),
    close(how, reason) {
      forgetStopRequest(folder);
      metrics?.flush();
      events?.end(last, how);
      log?.end(last, how, reason);
    },
  };
}

/** Frames per second of films in training. */
const FILM_RATE = 30;
const FILMS_FOLDER = 'films';

/** Where the film of a step goes: `films/000005000.gif`. Of pictures, a folder. */
function filmPlace({ path }: RunFolder, step: number, format: FilmFormat): string {
  const folder = join(path, FILMS_FOLDER);
  makeFolder(folder);
  return join(folder, `${String(step).padStart(9, '0')}${format === 'png' ? '' : `.${format}`}`);
}

/** Removes films from after the checkpoint from which a run goes on. */
function rewindFilms(folder: RunFolder, step: number): void {
  for (const [filmed, file] of filmSteps(folder)) if (filmed > step) rmSync(file, { recursive: true });
}

/** Paths of films by their steps. */
function filmSteps({ path }: RunFolder): Map<number, string> {
  const folder = join(path, FILMS_FOLDER);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return new Map(
    names.flatMap(name => {
      const [, digits] = /^(\d{9,})(\.(gif|mp4))?$/.exec(name) ?? [];
      return digits === undefined ? [] : [[Number(digits), join(folder, name)] as const];
    }),
  );
}

/** @returns the path of the checkpoint */
async function writeMoment(folder: RunFolder, parts: CheckpointParts): Promise<string> {
  const { description, state, step, spec, wallSeconds, policy, programs } = parts;
  const { algorithm, env, seed, envOptions = {}, her = null } = description;
  const config = description.config as Record<string, StateValue>;
  const path = folder.file('checkpoint');
  const extra = { wallSeconds, spec: envSpecToJSON(spec) as StateValue, envOptions, her, ...(programs && { programs }) };
  await writeCheckpointAsync(path, { header: { algorithm, env, seed, step, config, extra }, state });
  if (policy) savePolicy(folder.file('policy'), policy);
  return path;
}

function scoreOf(step: number, { returns, successRate }: { returns: readonly number[]; successRate?: number }): BestScore {
  const meanReturn = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const variance = returns.reduce((sum, value) => sum + (value - meanReturn) ** 2, 0) / returns.length;
  return {
    ...{ step, meanReturn, stdReturn: Math.sqrt(variance), episodes: returns.length },
    ...(successRate !== undefined && { successRate }),
  };
}
