import { InputError, message } from '@zpin/contracts';

/** Seeds of one command at most: more are more likely a slip than a wish. */
const MOST = 1000;

/**
 * Reads seeds such as `1-5` or `1,3,8-10`, in their order.
 * @throws InputError when it is no such list, or a seed stands in it twice
 */
export function readSeeds(where: string, text: string): number[] {
  const wrong = (expectation: string) => new InputError(message(where, expectation, text, 'Write 1-5, or 1,3,8-10, for example'));
  const seeds: number[] = [];
  for (const part of text.split(',')) {
    const [, low, high = low] = /^\s*(\d{1,15})\s*(?:-\s*(\d{1,15})\s*)?$/.exec(part) ?? [];
    const [from, to] = [Number(low), Number(high)];
    if (low === undefined || to < from) throw wrong('--seeds must be seeds and ranges of seeds');
    if (seeds.length + to - from >= MOST) throw wrong(`--seeds must be at most ${MOST} seeds`);
    for (let seed = from; seed <= to; seed++) seeds.push(seed);
  }
  if (new Set(seeds).size < seeds.length) throw wrong('--seeds must name each seed once');
  return seeds;
}

/** `1-5` or `1,3,8-10`: the text that `readSeeds` takes. */
export function seedsText(seeds: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < seeds.length; i++) {
    const from = seeds[i];
    while (i + 1 < seeds.length && seeds[i + 1] === seeds[i] + 1) i++;
    parts.push(from === seeds[i] ? String(from) : `${from}-${seeds[i]}`);
  }
  return parts.join(',');
}
