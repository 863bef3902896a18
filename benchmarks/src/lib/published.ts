import data from '../../results/published.json' with { type: 'json' };

/** A published result to hold one of ours against. */
export interface Published {
  readonly algo: string;
  /** Of a version with the same rewards as ours. */
  readonly env: string;
  /** As the source has it, with the environment steps of training. */
  readonly result: string;
  readonly source: string;
}

/** How each source measured. */
export const sources: Readonly<Record<string, string>> = data.sources;

/** Published results for what `learning.ts` trains. */
const published: readonly Published[] = data.results;

/** Everything published about one row of the table, as one cell. */
export function publishedCell(algo: string, env: string): string {
  const found = published.filter(entry => entry.algo === algo && entry.env === env);
  return found.map(({ result, source }) => `${result} ${source}`).join('; ') || '–';
}
