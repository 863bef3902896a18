import type { StateValue } from '@zpin/contracts';
import { envSpecToJSON } from '@zpin/core';
import { savePolicy, writeCheckpointAsync } from '@zpin/core/node';
import type { CheckpointParts, RunStore } from '../run-store.ts';
import { BestFiles, type BestScore } from './best-files.ts';
import { type EventFiles, eventFiles, rewindEventFiles } from './event-files.ts';
import { goBackTo, keepCheckpoint, rewindKept } from './kept-checkpoints.ts';
import { type MetricFiles, metricFiles, rewindMetricFiles } from './metric-files.ts';
import type { RunFolder } from './run-folder.ts';

/**
 * Leaves everything of a run in its folder.
 * @param goesBack whether the run goes on from a checkpoint that was kept, not from its last one
 */
export function folderStore(folder: RunFolder, goesBack = false): RunStore {
  const best = new BestFiles(folder);
  let metrics: MetricFiles | null = null;
  let events: EventFiles | null = null;
  let last = 0;
  return {
    path: folder.path,
    get checkpointPath() {
      return folder.has('checkpoint') ? folder.file('checkpoint') : null;
    },
    begin(description, step) {
      folder.writeJson('description', description);
      if (goesBack) goBackTo(folder, step);
      rewindMetricFiles(folder, step);
      rewindKept(folder, step);
      best.rewind(step);
      rewindEventFiles(folder, step);
      metrics = metricFiles(folder, description.steps);
      if (description.tensorboard) events = eventFiles(folder, { description, step });
      last = step;
    },
    event(event) {
      last = event.step;
      metrics?.event(event);
      events?.event(event);
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
    saveOnnx: model => folder.write('onnx', model),
    close(how) {
      metrics?.flush();
      events?.end(last, how);
    },
  };
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
