import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BarFigure } from '../figures/figure.ts';
import { resultsFolder } from './results.ts';

/** Training speed beside Stable-Baselines3, as `pnpm bench --write` and `pnpm bench offpolicy --write` measured it. */
export function speedChart(): BarFigure {
  const rows = ['speed.md', 'offpolicy.md'].flatMap(file => {
    const table = readFileSync(join(resultsFolder, file), 'utf8')
      .split('\n\n')
      .find(block => block.includes('zpin / SB3'));
    if (!table) throw new Error(`speedChart: ${file} must have a table with the column zpin / SB3, got none. Measure it anew.`);
    return table
      .split('\n')
      .slice(2)
      .map(line => line.split('|').map(cell => cell.trim()))
      .filter(cells => cells.length === 6)
      .map(([, name = '', , , times]) => ({ name: name.split(',')[0] ?? name, times: Number(times) }));
  });
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
