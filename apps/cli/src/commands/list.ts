import { describeFields, describeSpace, type Fields, flagText, InputError, message, nearestName } from '@zpin/contracts';
import { formatCount } from '@zpin/plot';
import { algorithmIds, loadAlgorithm } from 'zpin/catalog';
import type { CommandContext } from '../command.ts';
import { helpText } from '../flags.ts';

const TOPICS = ['algorithms', 'envs', 'presets'] as const;

/** Adds `zpin list`. */
export function listCommand({ program, io, finish }: CommandContext): void {
  program
    .command('list')
    .description('Show algorithms, environments, and the presets that are used by default.')
    .argument('[topic]', `one of ${TOPICS.join(', ')}; all when omitted`)
    .option('--json', 'print JSON')
    .exitOverride()
    .action(async (topic: string | undefined, flags: { json?: boolean }) => {
      await finish(list(topic, flags.json ?? false, text => io.stdout.write(text)));
    });
}

async function list(topic: string | undefined, json: boolean, write: (text: string) => unknown): Promise<number> {
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
  const { envFamilies } = await import('zpin');
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
    algorithms: loaded.map(({ id, title, paper }) => ({ id, title, paper })),
    envs,
    families,
    presets,
  };
  const wanted = TOPICS.filter(known => topic === undefined || topic === known);
  if (json) {
    const shown = wanted.flatMap(name => (name === 'envs' ? (['envs', 'families'] as const) : [name]));
    write(`${JSON.stringify(Object.fromEntries(shown.map(name => [name, sections[name]])), writable, 2)}\n`);
    return 0;
  }
  const texts = {
    algorithms: () => columns(sections.algorithms.map(({ id, title, paper }) => [id, title, paper])),
    envs: () => `${envsText(envs)}\n\n${familiesText(families)}\n\n${optionsText([...envs, ...families])}`,
    presets: () =>
      columns(
        presets.map(({ algorithm, env, totalSteps, envOptions, config }) => [
          algorithm,
          env,
          `${formatCount(totalSteps)} steps`,
          Object.entries({ ...envOptions, ...config })
            .map(([name, value]) => `${name}=${flagText(value)}`)
            .join(' '),
        ]),
      ),
  };
  write(`${wanted.map(name => `${name}\n${texts[name]()}`).join('\n\n')}\n`);
  return 0;
}

/** JSON knows no infinity, and would write `null`. */
function writable(_name: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
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

function envsText(envs: readonly ListedEnv[]): string {
  return columns([
    ['id', 'limit', 'threshold', 'needs', 'action', 'observation', ''],
    ...envs.map(env => [
      env.id,
      String(env.maxEpisodeSteps ?? '–'),
      String(env.rewardThreshold ?? '–'),
      env.needs ?? '–',
      env.action,
      env.observation,
      env.summary,
    ]),
  ]);
}

/** Environments of other programs, by the prefix of their names. */
function familiesText(families: readonly ListedFamily[]): string {
  return ['of other programs', columns(families.map(({ example, summary }) => [example, summary]))].join('\n');
}

interface ListedFamily {
  readonly prefix: string;
  readonly example: string;
  readonly summary: string;
  readonly options: Fields;
}

/** The options of each environment; environments with the same options stand together. */
function optionsText(envs: readonly (ListedEnv | ListedFamily)[]): string {
  const groups = new Map<string, string[]>();
  for (const env of envs) {
    const { options } = env;
    const id = 'id' in env ? env.id : `${env.prefix}:…`;
    const text = columns(describeFields(options).map(option => [`  ${option.name}`, helpText(option)]));
    if (text !== '') groups.set(text, [...(groups.get(text) ?? []), id]);
  }
  const texts = [...groups].map(([text, ids]) => `  ${ids.join(', ')}\n${text}`);
  return ['options, for --env-option name=value', ...texts].join('\n');
}

/** Rows with columns of equal width; the last one is not padded. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map(row => (row[i] ?? '').length))) ?? [];
  return rows
    .map(row =>
      `  ${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] as number))).join('  ')}`.trimEnd(),
    )
    .join('\n');
}
