import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BarFigure } from '../figures/figure.ts';
import { resultsFolder } from './results.ts';

/** Training speed beside Stable-Baselines3, as `pnpm bench peer-speed --write` measured it. */
export function speedChart(): BarFigure {
  const rows = readFileSync(join(resultsFolder, 'peer-speed.md'), 'utf8')
    .split('\n')
    .map(line => line.split('|').map(cell => cell.trim()))
    .filter(cells => cells[3] === 'Stable-Baselines3')
    .map(([, name = '', , , , times]) => ({ name: name.split(',')[0] ?? name, times: Number(Number(times).toFixed(1)) }));
  if (rows.length === 0 || rows.some(({ times }) => !(times > 0)))
    throw new Error('speedChart: peer-speed.md must have rows of Stable-Baselines3 with figures, got none. Measure it anew.');
  return {
    kind: 'bars',
    title: 'Environment steps per second beside Stable-Baselines3',
    xLabel: 'times as many, one core, equal settings',
    labels: rows.map(({ name, times }) => `${name.toUpperCase()} ${times}×`),
    groups: [
      { name: 'zpin', heights: rows.map(({ times }) => times) },
      { name: 'Stable-Baselines3', heights: rows.map(() => 1) },
    ],
  };
}
