import type { DescribedField } from '@zpin/contracts';
import { alternatives, flagText, InputError, kebabCase, message } from '@zpin/contracts';
import { type Command, Option } from 'commander';
import type { SavedMoment, ScheduleChoice } from 'zpin';
import { DEFAULT_EVALUATION_EPISODES, FILM_FORMATS, type FilmFormat, isEnvFile } from 'zpin/catalog';
import { addEngineFlags, type EngineFlags } from './engine-flags.ts';

/** Texts of the flags that every training run has, as commander hands them over. */
export interface TrainFlags extends EngineFlags {
  readonly env?: string;
  readonly envOption?: readonly string[];
  readonly wrap?: readonly string[];
  readonly curriculum?: string;
  readonly her?: string;
  readonly dataset?: string;
  readonly recordDataset?: string;
  readonly seed?: string;
  readonly seeds?: string;
  readonly processes?: string;
  readonly queue?: string | true;
  readonly steps?: string;
  readonly runDir?: string;
  readonly from?: string;
  readonly resume?: string;
  readonly schedules?: string;
  readonly threads?: string;
  readonly evalEvery?: string;
  readonly evalEpisodes?: string;
  readonly checkpointEvery?: string;
  readonly keepCheckpoints?: string;
  readonly tensorboard?: boolean;
  readonly recordEvery?: string;
  readonly recordFormat?: string;
  readonly fromStep?: string;
  readonly stopAtReturn?: string;
  readonly patience?: string;
  readonly config?: string;
  readonly preset: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function readSeed(where: string, text: string): number {
  return readInteger(where, '--seed', text, 0);
}

/** Adds the flags that do not depend on the algorithm. */
export function addTrainFlags(command: Command): Command {
  command
    .optionsGroup('Run:')
    .option(
      '--env <id>',
      'environment, see `zpin list envs`; a file of yours, such as ./maze.ts; gymnasium:<id> is played by Python',
    )
    .option('--env-option <name=value>', 'setting of the environment; may be repeated', gather)
    .option(
      '--wrap <wrapper>',
      'wrapper around it, for example discretize-action:11; may be repeated, the innermost first',
      gather,
    )
    .option('--curriculum <file>', 'levels of the environment, the easiest first, from a YAML or JSON file')
    .option('--her <strategy>', 'replay with goals in hindsight: future:4, final:1, episode:4 or none (default: of the preset)')
    .option(
      '--dataset <file>',
      'what an offline algorithm learns from: a file of `zpin collect`, or transitions in JSON lines (.jsonl)',
    )
    .option('--record-dataset <file>', 'file that takes all that training plays, for offline algorithms')
    .option('--seed <n>', 'seed of everything random, an integer >= 0 (default: 1)')
    .option(
      '--seeds <list>',
      'several seeds, such as 1-5 or 1,3,8, each in a process and a run folder of its own; one table and one picture',
    )
    .option('--processes <n>', 'with --seeds: runs at a time (default: as many as there are cores)')
    .option(
      '--queue [url]',
      'of dppo: workers are those of a PostgreSQL database, where zpin worker takes part on any machine; without an address one is started here',
    )
    .option(
      '--steps <n>',
      'environment steps over all copies; gradient steps on a data set (default: of the preset, else 100000)',
    )
    .option('--run-dir <dir>', 'folder for everything the run leaves (default: runs/<algorithm>-<env>-seed<n>)')
    .option('--from <dir>', 'begin as the run in this folder began, with all that it was told but for what is said here')
    .option('--resume <dir>', 'go on with the run in this folder, bit for bit')
    .option(
      '--schedules <what>',
      'with --resume and other --steps: keep leaves schedules as they were planned, stretch spreads them anew (default: keep)',
    );
  return addEngineFlags(command)
    .option('--threads <n>', 'cores that share the work of each large operation; pays for wide networks (default: 1)')
    .option(
      '--eval-every <n>',
      'environment steps between two evaluations during training; the best policy stays (default: none)',
    )
    .option('--eval-episodes <n>', `greedy episodes of each evaluation (default: ${DEFAULT_EVALUATION_EPISODES})`)
    .option('--stop-at-return <x>', 'with --eval-every: end when the mean return of an evaluation is at least this, or none')
    .option('--patience <n>', 'with --eval-every: end after so many evaluations in a row that are no better, or none')
    .option('--checkpoint-every <n>', 'environment steps between two checkpoints (default: a tenth of the run)')
    .option('--keep-checkpoints <n>', 'checkpoints that stay, each in checkpoints/<step> (default: only the last one)')
    .option('--from-step <n>', 'with --resume: go on from the kept checkpoint of this step; what came after it is gone')
    .option('--record-every <n>', 'film a greedy episode after so many environment steps, into films/ (default: never)')
    .option('--record-format <name>', `of these films: ${FILM_FORMATS.join(', ')}; mp4 needs ffmpeg (default: gif)`)
    .option('--tensorboard', 'leave event files for TensorBoard in the run folder; --no-tensorboard with --resume ends that')
    .addOption(new Option('--no-tensorboard').hideHelp())
    .option('--config <file>', 'settings of the algorithm from a YAML or JSON file')
    .option('--no-preset', 'do not start from the settings tuned for the environment')
    .option('--json', 'print each event as one line of JSON')
    .option('--quiet', 'leave out progress and curve');
}

/** Collects what a flag was given each time. */
export function gather(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}

/** What commands that play an agent say of the place where it is. */
export const AGENT_PLACE = 'folder that zpin train made, or a trained policy such as hub:ppo/CartPole-v1';

/** A preset, and the environment that it was looked up for. */
export interface NamedPreset {
  readonly env: string;
  readonly totalSteps: number;
  readonly config: object;
}

/** Flags that a resumed run takes; all others are fixed by the run folder. */
export const RESUME_FLAGS = [
  ...['resume', 'env', 'steps', 'schedules', 'engine', 'device', 'threads'],
  ...['evalEvery', 'evalEpisodes', 'stopAtReturn', 'patience', 'checkpointEvery', 'keepCheckpoints', 'fromStep'],
  ...['tensorboard', 'recordEvery', 'recordFormat'],
  ...['json', 'quiet', 'processes', 'queue'],
];

/**
 * Adds one flag per setting of the algorithm.
 * @param renamed names that settings once had: flags too, which no help shows
 * @param preset what the algorithm has for the environment that is named, for the help
 */
export function addConfigFlags(
  command: Command,
  algorithm: string,
  fields: readonly DescribedField[],
  renamed: Iterable<string> = [],
  preset?: NamedPreset,
): Command {
  const settings = new Map<string, unknown>(Object.entries(preset?.config ?? {}));
  const ofPreset = preset ? `, with its preset for ${preset.env} (${preset.totalSteps} steps)` : '';
  command.optionsGroup(`Settings of ${algorithm}${ofPreset}:`);
  for (const field of fields) {
    const isBoolean = field.type === 'boolean';
    const value = isBoolean ? '[true|false]' : `<${valueName(field)}>`;
    const option = new Option(`--${kebabCase(field.name)} ${value}`, helpText(field, settings.get(field.name)));
    // For completion: what a value may be is checked with all other settings.
    const choices = isBoolean ? ['true', 'false'] : choicesOf(field);
    if (choices.length > 0) option.argChoices = choices;
    command.addOption(option);
    if (isBoolean)
      command.addOption(new Option(`--no-${kebabCase(field.name)}`, `same as --${kebabCase(field.name)} false`).hideHelp());
  }
  for (const name of renamed) command.addOption(new Option(`--${kebabCase(name)} <value>`).hideHelp());
  return command;
}

/** The words that a setting takes. */
function choicesOf({ schema }: DescribedField): string[] {
  return alternatives(schema).flatMap(part => ('const' in part ? [String(part.const)] : (part.enum ?? []).map(String)));
}

function valueName({ type }: DescribedField): string {
  if (type === 'choice') return 'name';
  if (type.startsWith('list')) return 'n,n,…';
  return type.includes('integer') ? 'n' : type.includes('number') ? 'x' : 'value';
}

/** Meaning, unit, range and default of a setting in one line. @param ofPreset its value in the preset, where that has one */
export function helpText(field: DescribedField, ofPreset?: unknown): string {
  const unit = field.unit === null ? '' : `, in ${field.unit}`;
  const plain = field.default === undefined ? 'required' : `default: ${flagText(field.default)}`;
  const standard = ofPreset === undefined ? plain : `preset: ${flagText(ofPreset)}; ${plain}`;
  return `${field.meaning}${unit}; ${field.accepts} (${standard})`;
}

/**
 * Reads a whole number of a flag; `1e5` and `100_000` are whole numbers too.
 * @param min smallest allowed value
 * @param max largest allowed value
 * @throws InputError naming the flag, the range and the value
 */
export function readInteger(where: string, flag: string, text: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = /^[+-]?\d[\d_]*(\.\d+)?(e\+?\d+)?$/i.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `>= ${min}` : `in [${min}, ${max}]`;
  throw new InputError(message(where, `${flag} must be an integer ${range}`, text, 'Give such a number'));
}

/**
 * The file that the environment of a run is from, where it lies elsewhere than when the run began.
 * @throws InputError when it names no file
 */
export function readEnvFile(where: string, text: string | undefined): { readonly env?: string } {
  if (text === undefined) return {};
  if (isEnvFile(text)) return { env: text };
  const remedy = 'Leave it out: the run folder names the environment';
  throw new InputError(message(where, '--env must be the file of its environment', text, remedy));
}

/** Reads a number of a flag. @throws InputError naming the flag and the value */
export function readNumber(where: string, flag: string, text: string): number {
  const value = /^[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new InputError(message(where, `${flag} must be a finite number`, text, 'Give such a number'));
}

/** What `read` gives; null for the word none. */
export function orNone<T>(text: string, read: (text: string) => T): T | null {
  return text === 'none' ? null : read(text);
}

/** Reads a format of films. @throws InputError when it is none */
export function readFilmFormat(where: string, flag: string, text: string): FilmFormat {
  const format = FILM_FORMATS.find(name => name === text);
  if (format) return format;
  throw new InputError(message(where, `${flag} must be a known one`, text, `Use one of ${FILM_FORMATS.join(', ')}`));
}

/** The state of a run that flags name. @throws InputError when they name two */
export function readMoment(
  where: string,
  { best = false, fromStep }: { readonly best?: boolean; readonly fromStep?: string },
): SavedMoment {
  if (fromStep === undefined) return best ? 'best' : 'last';
  if (best) throw new InputError(message(where, '--best and --from-step exclude each other', fromStep, 'Leave one out'));
  return readInteger(where, '--from-step', fromStep, 0);
}

export function readSchedules(where: string, text: string): ScheduleChoice {
  if (text === 'keep' || text === 'stretch') return text;
  throw new InputError(message(where, '--schedules must be keep or stretch', text, 'Choose one of them'));
}
