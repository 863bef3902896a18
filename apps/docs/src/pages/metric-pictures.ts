import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { linePlot } from '@zpin/plot';
import type { Theme } from '../figures/figure.ts';
import { english, type Translate } from '../translation/translate.ts';
import { resultsFolder } from './results.ts';

/** What one run of a preset reported of its updates, as `pnpm bench update-metrics` writes it. */
export interface UpdateMetrics {
  readonly algo: string;
  readonly env: string;
  readonly steps: number;
  readonly seed: number;
  /** By metric, its mean in equal parts of the run; null where no update reported it. */
  readonly metrics: Readonly<Record<string, readonly (number | null)[]>>;
}

/** The run of an algorithm; null where none was measured. */
export function updateMetrics(id: string): UpdateMetrics | null {
  const file = join(resultsFolder, 'update-metrics', `${id}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/** Metrics of which there is something to see: those that were reported in several parts of the run. */
export function shownMetrics({ metrics }: UpdateMetrics): string[] {
  return Object.entries(metrics)
    .filter(([name, values]) => name !== 'learningRate' && values.filter(value => value !== null).length > 1)
    .map(([name]) => name);
}

/** Name of the picture of a metric. */
export function metricFile(id: string, metric: string, theme: Theme): string {
  return `${id}-${metric}.${theme}.svg`;
}

/** A metric over the run, as an SVG document. */
export function metricPicture({ steps, metrics }: UpdateMetrics, metric: string, theme: Theme, t: Translate = english): string {
  const y = metrics[metric] ?? [];
  const x = y.map((_, i) => Math.round(((i + 1) * steps) / y.length));
  const line = { name: metric, y, low: y, high: y };
  return linePlot('', '', [{ xLabel: t('steps'), yLabel: '', x, lines: [line] }], { theme, width: 320, height: 190 });
}
