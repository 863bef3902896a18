import { flagText } from '@zpin/contracts';
import type { LevelEvent } from 'zpin';

/** Where a run is in its curriculum: `level 2 of 3: windPower=5`. */
export function levelText({ level, levels, parameters }: Pick<LevelEvent, 'level' | 'levels' | 'parameters'>): string {
  if (level >= levels) return `all ${levels} levels passed: the environment as it is`;
  const settings = Object.entries(parameters).map(([name, value]) => `${name}=${flagText(value)}`);
  return `level ${level + 1} of ${levels}: ${settings.join(', ') || 'the environment as it is'}`;
}
