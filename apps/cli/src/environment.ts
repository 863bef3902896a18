import { InputError, message, nearestName, type StateValue, type VectorEnv } from '@zpin/contracts';
import { type AnyEnv, type EnvEntry, listEnvs, loadEnv, makeEnv, makeVectorEnv, SyncVectorEnv } from '@zpin/envs';

/** Settings of an environment and wrappers around it, as they stand in a run's `config.json`. */
export type EnvSettings = Readonly<Record<string, StateValue>>;

/** Copies of an environment beyond which something must be wrong: their observations alone would fill the memory. */
const MAX_COPIES = 65_536;

/**
 * The environment called `id`, ready to be stepped: what it needs is loaded.
 * @param around puts one more wrapper around each copy
 */
export async function openEnv(
  where: string,
  id: string,
  copies: number,
  settings: EnvSettings = {},
  around?: (env: AnyEnv) => AnyEnv,
): Promise<VectorEnv> {
  entryOf(where, id);
  if (copies > MAX_COPIES) {
    throw new InputError(
      message(where, `--num-envs must be at most ${MAX_COPIES}`, copies, 'Copies share one thread; 8 are usual'),
    );
  }
  await loadEnv(id);
  return around ? new SyncVectorEnv(() => around(makeEnv(id, settings)), copies) : makeVectorEnv(id, copies, settings);
}

/**
 * Reads `--env-option name=value`, as often as it was given, and `--wrap name:numbers`.
 * @throws InputError when the environment or an option is unknown, or a value has the wrong type
 */
export function readEnvSettings(
  where: string,
  id: string,
  options: readonly string[] = [],
  wrappers: readonly string[] = [],
): EnvSettings {
  const known = { maxEpisodeSteps: { default: 0 }, ...entryOf(where, id).options };
  const settings: Record<string, StateValue> = {};
  for (const text of options) {
    const [, name = text, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    if (value === undefined) {
      throw new InputError(message(where, '--env-option must be written as name=value', text, 'For example maxEpisodeSteps=200'));
    }
    if (!Object.hasOwn(known, name)) {
      const near = nearestName(name, Object.keys(known));
      const remedy = `${near ? `Did you mean ${near}? ` : ''}It knows ${Object.keys(known).join(', ')}`;
      throw new InputError(message(where, `--env-option must be an option of ${id}`, name, remedy));
    }
    settings[name] = readValue(where, name, value, known[name as keyof typeof known].default);
  }
  return wrappers.length > 0 ? { ...settings, wrappers } : settings;
}

/** A text as the type of the default; where that is `null`, numbers and lists are told by their looks. */
function readValue(where: string, name: string, text: string, standard: unknown): StateValue {
  if (name === 'maxEpisodeSteps' && text === 'none') return null;
  const refuse = (what: string, remedy: string) =>
    new InputError(message(where, `--env-option ${name} must be ${what}`, text, remedy));
  if (typeof standard === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true';
    throw refuse('true or false', `Write ${name}=true`);
  }
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (typeof standard === 'number') {
    if (Number.isFinite(number)) return number;
    throw refuse('a number', `Write ${name}=${standard}`);
  }
  if (typeof standard === 'string') return text;
  const parts = text.split(',');
  if (Array.isArray(standard)) {
    const numbers = parts.map(Number);
    if (numbers.every(Number.isFinite)) return numbers;
    throw refuse('numbers with commas', `Write ${name}=${standard.join(',')}`);
  }
  if (Number.isFinite(number)) return number;
  return parts.length > 1 ? parts : text;
}

/** What is known about an environment. @throws InputError naming the nearest known one */
export function entryOf(where: string, id: string): EnvEntry {
  const all = listEnvs();
  const entry = all.find(({ spec }) => spec.id === id);
  if (entry) return entry;
  const near = nearestName(
    id,
    all.map(({ spec }) => spec.id),
  );
  const remedy = `${near ? `Did you mean ${near}? Otherwise: ` : ''}zpin list envs shows all`;
  throw new InputError(message(where, '--env must be a known environment', id, remedy));
}
