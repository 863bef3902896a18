import { InputError, message, nearestName, type StateValue, type VectorEnv } from '@zpin/contracts';
import { type AnyEnv, type EnvEntry, listEnvs, loadEnv, makeEnv, makeVectorEnv, SyncVectorEnv } from '@zpin/envs';
import { defaultNames, type MessageNames } from './message-names.ts';

/** Settings of an environment and wrappers around it: plain data. */
export type EnvSettings = Readonly<Record<string, StateValue>>;

/** Copies of an environment beyond which something must be wrong: their observations alone would fill the memory. */
const MAX_COPIES = 65_536;

export interface OpenEnvOptions {
  readonly id: string;
  /** Copies stepped together. */
  readonly copies: number;
  readonly settings?: EnvSettings | undefined;
  /** Puts one more wrapper around each copy. */
  around?(env: AnyEnv): AnyEnv;
}

/**
 * An environment by its name, ready to be stepped: what it needs is loaded.
 * @throws InputError when the environment or one of its settings is unknown, or a package that it needs is missing
 */
export async function openEnv(options: OpenEnvOptions, names: MessageNames = defaultNames): Promise<VectorEnv> {
  const { id, copies, settings = {}, around } = options;
  envEntry(id, names);
  if (copies > MAX_COPIES) {
    const expectation = `${names.setting('numEnvs')} must be at most ${MAX_COPIES}`;
    throw new InputError(message(names.where, expectation, copies, 'Copies share one thread; 8 are usual'));
  }
  await loadEnv(id);
  return around ? new SyncVectorEnv(() => around(makeEnv(id, settings)), copies) : makeVectorEnv(id, copies, settings);
}

/** What is known about an environment. @throws InputError naming the nearest known one */
export function envEntry(id: string, names: MessageNames = defaultNames): EnvEntry {
  const all = listEnvs();
  const entry = all.find(({ spec }) => spec.id === id);
  if (entry) return entry;
  const near = nearestName(
    id,
    all.map(({ spec }) => spec.id),
  );
  const remedy = `${near ? `Did you mean ${near}? Otherwise: ` : ''}${names.listEnvs}`;
  throw new InputError(message(names.where, `${names.option('env')} must be a known environment`, id, remedy));
}
