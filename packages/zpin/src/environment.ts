// Registers the Atari games.
import '@zpin/atari/register';
import { type Fields, field, InputError, message, type StateValue, type VectorEnv } from '@zpin/contracts';
import {
  type AnyEnv,
  type EnvEntry,
  type EnvFamily,
  envFamilyOf,
  evaluationWrappers,
  listEnvFamilies,
  listEnvs,
  loadEnv,
  makeEnv,
  makeVectorEnv,
  nearestEnv,
  optionsOf,
  SyncVectorEnv,
} from '@zpin/envs';
import { files } from '#files';
import { registerGymnasium } from '#python';
import { isEnvFile } from './env-file.ts';
import { defaultNames, type MessageNames } from './message-names.ts';

/** Settings of an environment and wrappers around it: plain data. */
export type EnvSettings = Readonly<Record<string, StateValue>>;

/** What an environment is opened for. */
export type EnvPurpose = 'training' | 'evaluation';

/** Copies of an environment beyond which something must be wrong: their observations alone would fill the memory. */
const MAX_COPIES = 65_536;

export interface OpenEnvOptions {
  /** Its name, or a file that exports it. */
  readonly id: string;
  /** Copies stepped together. */
  readonly copies: number;
  readonly settings?: EnvSettings | undefined;
  /** Training when omitted. For evaluation, wrappers that only ease learning are left out. */
  readonly purpose?: EnvPurpose | undefined;
  /** Puts one more wrapper around each copy. */
  around?(env: AnyEnv): AnyEnv;
}

/**
 * An environment by its name, ready to be stepped: what it needs is loaded.
 * @throws InputError when the environment or one of its settings is unknown, or a package that it needs is missing
 */
export async function openEnv(options: OpenEnvOptions, names: MessageNames = defaultNames): Promise<VectorEnv> {
  const { copies, around } = options;
  const settings = options.purpose === 'evaluation' ? settingsOfEvaluation(options.settings) : (options.settings ?? {});
  const id = await knownEnv(options.id, names);
  if (copies > MAX_COPIES) {
    const expectation = `${names.setting('numEnvs')} must be at most ${MAX_COPIES}`;
    throw new InputError(message(names.where, expectation, copies, 'Copies share one thread; 8 are usual'));
  }
  await loadEnv(id);
  return around ? new SyncVectorEnv(() => around(makeEnv(id, settings)), copies) : makeVectorEnv(id, copies, settings);
}

function settingsOfEvaluation(settings: EnvSettings = {}): EnvSettings {
  const { wrappers } = settings;
  return Array.isArray(wrappers) ? { ...settings, wrappers: evaluationWrappers(wrappers as string[]) } : settings;
}

/** Options of an environment, for those who read them from a command line. */
export interface KnownOptions {
  readonly fields: Fields;
  /** Whether it takes others too, which are handed on to another program as they are. */
  readonly takesOthers: boolean;
}

/**
 * The options of an environment, besides wrappers.
 * @throws InputError when the environment is unknown, or the package that it needs is missing
 */
export async function envOptionsOf(choice: string, names: MessageNames = defaultNames): Promise<KnownOptions> {
  const id = await knownEnv(choice, names);
  const family = envFamilyOf(id);
  if (family) return { fields: { ...family.options, maxEpisodeSteps: familyLimit }, takesOthers: true };
  const { wrappers: _, ...fields } = optionsOf(envEntry(id, names));
  return { fields, takesOthers: false };
}

const familyLimit = field.count({
  default: null,
  meaning: 'steps after which an episode is truncated, instead of those that it is registered with; none takes the limit away',
});

/** The families of environments that this machine can open by the prefix of their names; none in a browser tab. */
export async function envFamilies(): Promise<readonly EnvFamily[]> {
  await registerGymnasium().catch(() => undefined);
  return listEnvFamilies();
}

/**
 * The name of an environment that is given by it or by a file, with what the name needs made known: the family that it belongs
 * to, or what the file exports.
 * @throws InputError when there is no such environment, or the file does not load or exports none
 */
export async function knownEnv(choice: string, names: MessageNames = defaultNames): Promise<string> {
  if (isEnvFile(choice)) return (await files.registerEnvFile(choice, names)).id;
  if (choice.startsWith('gymnasium:')) await registerGymnasium();
  else envEntry(choice, names);
  return choice;
}

/** What is known about an environment. @throws InputError naming the nearest known one */
export function envEntry(id: string, names: MessageNames = defaultNames): EnvEntry {
  const entry = listEnvs().find(({ spec }) => spec.id === id);
  if (entry) return entry;
  const near = nearestEnv(id);
  const asked = near === undefined && /-v\d+$/.test(id) ? `, and gymnasium:${id} asks Gymnasium, in Python` : '';
  const remedy = `${near ? `Did you mean ${near}? Otherwise: ` : ''}${names.listEnvs}${asked}`;
  throw new InputError(message(names.where, `${names.option('env')} must be a known environment`, id, remedy));
}
