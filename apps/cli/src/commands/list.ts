import { describeFields, describeSpace, type Fields, flagText, InputError, message, nearestName } from '@zpin/contracts';
import { formatCount, formatNumber } from '@zpin/plot';
import type { PolicyInfo } from '@zpin/policies';
import { algorithmIds, loadAlgorithm, packageOfAlgorithm } from 'zpin/catalog';
import type { CommandContext } from '../command.ts';
import { helpText } from '../flags.ts';
import { type Io, rowWidth } from '../io.ts';
import { type Style, styleOf } from '../style.ts';
import { table, wrapped } from '../wrapped-text.ts';

const TOPICS = ['algorithms', 'envs', 'presets', 'policies'] as const;

/** Adds `zpin list`. */
export function listCommand({ program, io, finish }: CommandContext): void {
  program
    .command('list')
    .description('Show algorithms, environments, the presets that are used by default, and trained policies.')
    .argument('[topic]', `one of ${TOPICS.join(', ')}; all when omitted`)
    .option('--json', 'print JSON')
    .exitOverride()
    .action(async (topic: string | undefined, flags: { json?: boolean }) => {
      await finish(list(topic, flags.json ?? false, io));
    });
}

/** How a list is shown: in lines of this width, or in rows of any length for programs that read them. */
interface Look {
  readonly width: number;
  readonly style: Style;
}

/** Characters of a line from which on papers are shown. */
const WIDE = 160;

async function list(topic: string | undefined, json: boolean, { stdout, env }: Io): Promise<number> {
  const write = (text: string) => stdout.write(text);
  const look = { width: rowWidth(stdout), style: styleOf(stdout, env) };
  if (topic !== undefined && !TOPICS.some(known => known === topic)) {
    const near = nearestName(topic, TOPICS);
    throw new InputError(
      message(
        'zpin list',
        `the topic must be one of ${TOPICS.join(', ')}`,
        topic,
        near ? `Write zpin list ${near}` : 'Leave it out to see all',
      ),
    );
  }
  const { listEnvs } = await import('@zpin/envs');
  const [{ envFamilies }, { listPolicies }] = await Promise.all([import('zpin'), import('@zpin/policies')]);
  const families = (await envFamilies()).map(({ prefix, example, summary, options }) => ({ prefix, example, summary, options }));
  const loaded = await Promise.all(algorithmIds.map(id => loadAlgorithm(id)));
  const envs: ListedEnv[] = listEnvs().map(({ spec, summary, options = {}, requires }) => ({
    id: spec.id,
    observation: describeSpace(spec.observationSpace),
    action: describeSpace(spec.actionSpace),
    maxEpisodeSteps: spec.maxEpisodeSteps,
    rewardThreshold: spec.rewardThreshold,
    needs: requires?.packageName ?? null,
    options,
    summary,
  }));
  const presets = loaded.flatMap(({ id, presets: all }) =>
    Object.entries(all).map(([env, { totalSteps, config, envOptions = {} }]) => ({
      algorithm: id,
      env,
      totalSteps,
      envOptions,
      config: config as Readonly<Record<string, unknown>>,
    })),
  );
  const sections = {
    algorithms: loaded.map(({ id, title, paper, spaces, learnsFrom }, i) => ({
      ...{ id, title, paper, learnsFrom, actions: spaces.actions },
      package: packageOfAlgorithm(algorithmIds[i]),
    })),
    envs,
    families,
    presets,
    policies: listPolicies(),
  };
  const wanted = TOPICS.filter(known => topic === undefined || topic === known);
  if (json) {
    const shown = wanted.flatMap(name => (name === 'envs' ? (['envs', 'families'] as const) : [name]));
    write(`${JSON.stringify(Object.fromEntries(shown.map(name => [name, sections[name]])), writable, 2)}\n`);
    return 0;
  }
  const texts = {
    algorithms: () => algorithmsText(sections.algorithms, look),
    envs: () => `${envsText(envs, look)}\n\n${familiesText(families, look)}\n\n${optionsText([...envs, ...families], look)}`,
    presets: () => presetsText(presets, look),
    policies: () => policiesText(sections.policies, look),
  };
  write(`${wanted.map(name => `${look.style.bold(name)}\n${texts[name]()}`).join('\n\n')}\n`);
  return 0;
}

/** JSON knows no infinity, and would write `null`. */
function writable(_name: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** What `zpin list algorithms` tells of one. */
interface ListedAlgorithm {
  readonly id: string;
  readonly title: string;
  readonly paper: string;
  readonly actions: readonly string[];
  readonly package: string;
}

function algorithmsText(algorithms: readonly ListedAlgorithm[], { width, style }: Look): string {
  const isNarrow = width < 80;
  const head = ['id', 'actions', ...(isNarrow ? [] : ['package']), 'title', ...(width >= WIDE ? ['paper'] : [])];
  const rows = algorithms.map(({ id, title, paper, actions, package: packageName }) => {
    const from = packageName.replace('@zpin/', '');
    const rest = isNarrow ? [`${title} (${from})`] : [from, title, ...(width >= WIDE ? [paper] : [])];
    return [id, actionsText(actions), ...rest];
  });
  return table([head.map(style.bold), ...rows], width);
}

interface ListedPreset {
  readonly algorithm: string;
  readonly env: string;
  readonly totalSteps: number;
  readonly envOptions: object;
  readonly config: object;
}

function presetsText(presets: readonly ListedPreset[], { width }: Look): string {
  const rows = presets.map(({ algorithm, env, totalSteps, envOptions, config }) => {
    const steps = `${formatCount(totalSteps)} steps`;
    const settings = Object.entries({ ...envOptions, ...config }).map(([name, value]) => `${name}=${flagText(value)}`);
    return width < 80 ? [algorithm, env, [`${steps},`, ...settings].join(' ')] : [algorithm, env, steps, settings.join(' ')];
  });
  return table(rows, width);
}

function policiesText(policies: readonly PolicyInfo[], { width, style }: Look): string {
  const head = ['name', 'return', ...(width < 80 ? [] : ['steps', 'wrappers and options'])].map(style.bold);
  const rows = policies.map(({ id, meanReturn, stdReturn, steps, envOptions }) => {
    const { wrappers = [], ...options } = envOptions;
    const settings = Object.entries(options).map(([name, value]) => `${name}=${flagText(value)}`);
    const around = [...(wrappers as readonly string[]), ...settings].join(' ');
    const rest = width < 80 ? [] : [formatCount(steps), around];
    return [`hub:${id}`, `${formatNumber(meanReturn)} ± ${formatNumber(stdReturn)}`, ...rest];
  });
  return table([head, ...rows], width);
}

/** Kinds of actions in the words that people use. */
function actionsText(kinds: readonly string[]): string {
  const words: Readonly<Record<string, string>> = { discrete: 'discrete', box: 'continuous' };
  const simple = ['discrete', 'box', 'multiDiscrete', 'multiBinary'];
  const mixed = ['dict', 'tuple'];
  if ([...simple, ...mixed].every(kind => kinds.includes(kind))) return 'any';
  if (simple.every(kind => kinds.includes(kind))) return 'any but mixed';
  return kinds.map(kind => words[kind] ?? kind).join(', ');
}

/** What `zpin list envs` tells of an environment. */
interface ListedEnv {
  readonly id: string;
  readonly observation: string;
  readonly action: string;
  readonly maxEpisodeSteps: number | null;
  readonly rewardThreshold: number | null;
  readonly needs: string | null;
  readonly options: Fields;
  readonly summary: string;
}

/** A row for each where programs read it; for people what the spaces are and, below, the rest. */
function envsText(envs: readonly ListedEnv[], { width, style }: Look): string {
  const told = (value: number | null) => (value === null ? '–' : String(value));
  if (width === Number.POSITIVE_INFINITY) {
    const head = ['id', 'limit', 'threshold', 'needs', 'action', 'observation', ''].map(style.bold);
    const rows = envs.map(({ id, maxEpisodeSteps, rewardThreshold, needs, action, observation, summary }) => {
      return [id, told(maxEpisodeSteps), told(rewardThreshold), needs ?? '–', action, observation, summary];
    });
    return table([head, ...rows], width);
  }
  const ids = Math.max(...envs.map(({ id }) => id.length));
  return envs
    .flatMap(({ id, action, observation, summary, maxEpisodeSteps, rewardThreshold, needs }) => [
      ...wrapped(`${action}, observes ${observation}`, width, `  ${style.cyan(id.padEnd(ids))}  `, ' '.repeat(ids + 4), ids + 4),
      ...wrapped(
        [
          summary.replace(/\.$/, ''),
          ...(maxEpisodeSteps === null ? [] : [`at most ${formatCount(maxEpisodeSteps)} steps`]),
          ...(rewardThreshold === null ? [] : [`solved at ${rewardThreshold}`]),
          ...(needs === null ? [] : [`needs ${needs}`]),
        ].join('; '),
        width,
        '      ',
      ),
    ])
    .join('\n');
}

/** Environments of other programs, by the prefix of their names. */
function familiesText(families: readonly ListedFamily[], { width, style }: Look): string {
  const rows = families.map(({ example, summary }) => [example, summary]);
  return [style.bold('of other programs'), table(rows, width)].join('\n');
}

interface ListedFamily {
  readonly prefix: string;
  readonly example: string;
  readonly summary: string;
  readonly options: Fields;
}

/** The options of each environment; environments with the same options stand together. */
function optionsText(envs: readonly (ListedEnv | ListedFamily)[], { width, style }: Look): string {
  const groups = new Map<string, string[]>();
  for (const env of envs) {
    const { options } = env;
    const id = 'id' in env ? env.id : `${env.prefix}:…`;
    const text = table(
      describeFields(options).map(option => [`  ${option.name}`, helpText(option)]),
      width,
    );
    if (text !== '') groups.set(text, [...(groups.get(text) ?? []), id]);
  }
  const texts = [...groups].map(([text, ids]) => `${wrapped(ids.join(', '), width, '  ').map(style.cyan).join('\n')}\n${text}`);
  return [style.bold('options, for --env-option name=value'), ...texts].join('\n');
}
