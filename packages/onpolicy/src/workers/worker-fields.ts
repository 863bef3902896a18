import { ConfigError, field, message } from '@zpin/contracts';

/** Settings of every algorithm with workers. */
export const workerFields = {
  workers: field.count({
    default: 2,
    meaning: 'threads that collect at the same time; each has its share of the environments (W)',
  }),
  workerTimeout: field.positive({
    default: 60,
    unit: 'seconds',
    meaning: 'a worker that makes no step for so long is given up; to start, it has 60 at least',
  }),
};

/** @throws ConfigError unless every worker has an environment at least */
export function checkShares(
  algorithm: string,
  { workers, numEnvs }: { readonly workers: number; readonly numEnvs: number },
): void {
  if (workers <= numEnvs) return;
  const remedy = 'Give every worker an environment at least';
  throw new ConfigError(message(algorithm, `workers must be at most numEnvs = ${numEnvs}`, workers, remedy));
}
