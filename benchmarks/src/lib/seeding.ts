/** How what is stored got its episodes: copies, runs and evaluation have seeds spawned from that of the run. */
export const SEEDING = 'spawned';

/** A stored result; what was measured before seeds were spawned does not say how. */
export interface Seeded {
  readonly seeding?: string | undefined;
}

/** What stands behind the name of results of the old rule. */
export function seedingMark(results: readonly Seeded[]): string {
  return results.every(({ seeding }) => seeding === SEEDING) ? '' : ' †';
}

export const SEEDING_NOTE = [
  '† Measured before 29 November 2026 under the old rule of seeds: copy i of an environment got seed + i, so that runs with',
  'neighbouring seeds began with mostly the same episodes. Now no two runs share one, and none shares one with its evaluation.',
].join('\n');
