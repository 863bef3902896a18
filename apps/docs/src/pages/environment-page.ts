import { type BoxSpace, describeFields, describeSpace, type EnvSpec, flatLayout, type Space } from '@zpin/contracts';
import { type EnvEntry, optionsOf } from '@zpin/envs';
import type { PolicyInfo } from '@zpin/policies';
import type { EnvironmentSection } from './environment-content.ts';
import { filmFile, films } from './film-files.ts';
import { type LivePage, liveLinks } from './live-pages.ts';
import { code, page, paragraph, prose, table } from './markdown.ts';
import { algorithmPath, environmentFile, environmentPath } from './paths.ts';
import type { PeerResult } from './peer-results.ts';
import { sourceLink } from './repository.ts';
import { formatNumber, formatThreshold, type LearningResult, oldSeedsText } from './results.ts';
import { settingsTable } from './settings-table.ts';

export interface EnvironmentPageInput {
  readonly entry: EnvEntry;
  /** Rules in prose: the comment of its class. */
  readonly description: string;
  /** Path in the repository. */
  readonly source: string;
  /** Whether `pnpm pictures` has drawn it. */
  readonly hasPicture: boolean;
  /** The policy that was filmed in it beside random actions; absent where there are no films. */
  readonly filmed?: Pick<PolicyInfo, 'algorithm' | 'meanReturn' | 'steps'> | undefined;
  /** Algorithms with a preset for it. */
  readonly presets: readonly {
    readonly id: string;
    readonly title: string;
    readonly totalSteps: number;
    readonly isOffline: boolean;
  }[];
  readonly results: readonly LearningResult[];
  /** Written by hand. */
  readonly content: Readonly<Record<EnvironmentSection, string>>;
  /** Pages on which an agent learns it. */
  readonly live: readonly LivePage[];
  /** How its episodes compare with those of the original, where that was measured. */
  readonly peer: PeerResult | undefined;
  /** Of one thread with random actions, where that was measured. */
  readonly speed: { readonly copies: number; readonly stepsPerSecond: string } | undefined;
}

/** The page of one environment: the same sections in the same order on each. */
export function environmentPage(input: EnvironmentPageInput): string {
  const { entry, description, source, hasPicture, filmed, presets, results, content, speed, live } = input;
  const { spec, summary, requires } = entry;
  const { id } = spec;
  const suited = suitedAlgorithm(spec, presets);
  const load = requires ? `await loadEnv('${id}'); // needs ${requires.packageName}\n` : '';
  const isAtari = id.startsWith('Atari/');
  const names = requires ? 'loadEnv, makeEnv' : 'makeEnv';
  return page([
    `# ${id}`,
    prose(summary),
    filmed ? filmsOf(id, filmed) : hasPicture && `![${id}, some steps into an episode](${picturePath(id)}){.env-picture}`,
    prose(description),
    table(
      ['', ''],
      [
        ['observation', describe(spec.observationSpace)],
        ['action', describe(spec.actionSpace)],
        ['steps per episode', spec.maxEpisodeSteps === null ? 'no limit' : `at most ${formatNumber(spec.maxEpisodeSteps)}`],
        ['solved from a mean return of', formatThreshold(spec.rewardThreshold)],
        ...(requires ? [['needs', `\`npm install ${requires.packageName}\``]] : []),
        ...(speed
          ? [['steps per second', `${speed.stepsPerSecond}, one thread, ${copiesText(speed.copies)}, random actions`]]
          : []),
        ...(live.length > 0 ? [['learned in this browser', liveLinks(live)]] : []),
        ['source', sourceLink(source)],
      ],
    ),
    '## Use',
    `\`\`\`sh\nnpm run zpin -- train ${isAtari ? `dqn --env ${id} --wrap atari` : `${suited} --env ${id}`}\n\`\`\``,
    isAtari && 'Cartridges and the view of papers: [Atari](/guide/atari).',
    [
      '```js',
      ...(isAtari ? ["import '@zpin/atari/register';"] : []),
      `import { ${names} } from '@zpin/envs';`,
      '',
      `${load}const env = makeEnv('${id}');`,
      'const { obs } = env.reset({ seed: 123 });',
      '```',
    ].join('\n'),
    ...(['Observation', 'Actions', 'Rewards', 'Ends'] as const).flatMap(name => [`## ${name}`, content[name]]),
    options(entry),
    algorithms(presets, results),
    '## Versions and differences',
    content['Versions and differences'],
    peerText(input),
  ]);
}

/** A trained policy and random actions side by side; for who wants no motion, the picture. */
function filmsOf(id: string, { algorithm, meanReturn, steps }: NonNullable<EnvironmentPageInput['filmed']>): string {
  const trained = `[${algorithm}](${algorithmPath(algorithm)}) after ${formatNumber(steps)} steps, mean return ${formatMean(meanReturn)}`;
  const figures = films.map(film => {
    const image = `<img src="../../films/${filmFile(id, film)}" alt="${id}, ${film === 'trained' ? 'a trained policy' : 'random actions'}" loading="lazy">`;
    const still = `<source media="(prefers-reduced-motion: reduce)" srcset="${picturePath(id)}">`;
    const caption = film === 'trained' ? trained : 'random actions';
    return page([`<figure><picture>${still}${image}</picture><figcaption>`, caption, '</figcaption></figure>']).trim();
  });
  return page(['<div class="films">', ...figures, '</div>']).trim();
}

function formatMean(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 0 }).replace('-', '−');
}

function copiesText(copies: number): string {
  return copies === 1 ? 'one copy' : `${copies} copies`;
}

/** What a comparison with the original has found. */
function peerText({ peer }: EnvironmentPageInput): string {
  if (!peer) return '';
  const { steps, tolerance, equal, toTheBit } = peer;
  const bits = toTheBit === 0 ? '' : `, ${toTheBit} of them to the last bit`;
  const within = Number(tolerance) === 0 ? '' : ` within ${tolerance}`;
  return paragraph(
    `Beside the original, on fresh seeds with random actions: ${equal} episodes of ${steps} steps are equal${within}${bits}.`,
    'The same again: `pnpm check:peers` in the repository.',
  );
}

/** The one that a reader is shown first. */
function suitedAlgorithm({ observationSpace, actionSpace }: EnvSpec, presets: EnvironmentPageInput['presets']): string {
  const playing = presets.filter(({ isOffline }) => !isOffline).map(({ id }) => id);
  const known = ['ppo', 'dqn', 'sac', 'ddpg', 'q-learning'].find(id => playing.includes(id)) ?? playing[0];
  if (known !== undefined) return known;
  const isPicture = observationSpace.type === 'box' && observationSpace.shape.length > 1;
  if (actionSpace.type === 'box' && !isPicture) return 'sac';
  return observationSpace.type === 'discrete' ? 'q-learning' : 'ppo';
}

function options(entry: EnvEntry): string {
  return page([
    '## Options',
    paragraph(
      `In code \`makeEnv('${entry.spec.id}', { option: value })\`, on the command line \`--env-option option=value\`, and`,
      `\`--wrap\` for [wrappers](/guide/environments#wrappers).`,
    ),
    settingsTable(describeFields(optionsOf(entry))),
  ]).trim();
}

function algorithms(presets: EnvironmentPageInput['presets'], results: readonly LearningResult[]): string {
  if (presets.length === 0)
    return '## Presets for it\n\nNobody has tuned settings for it yet. [Which algorithm for my task](/guide/choosing) says where to begin.';
  const measured = new Map(results.map(result => [`${result.algo} ${result.steps}`, result]));
  return page([
    '## Presets for it',
    paragraph(
      'Settings that were tuned for it, and what they came to; on the page of the algorithm are the curves. The command line starts from',
      'them by itself.',
    ),
    table(
      ['algorithm', 'steps', 'mean return of 100 greedy episodes', 'seeds that solve it'],
      presets.map(({ id, title, totalSteps }) => [
        `[${prose(title)}](${algorithmPath(id)})`,
        formatNumber(totalSteps),
        measured.get(`${id} ${totalSteps}`)?.returns ?? 'not measured',
        measured.get(`${id} ${totalSteps}`)?.reached ?? '–',
      ]),
    ),
    oldSeedsText(results).trim(),
  ]).trim();
}

/** A space with its bounds, as far as they can be said in a line. */
function describe(space: Space): string {
  const parts = flatLayout(space);
  const box = parts.length === 1 && parts[0].space.type === 'box' ? parts[0].space : null;
  return `${code(describeSpace(space))}${box ? bounds(box) : ''}`;
}

function bounds({ low, high }: BoxSpace): string {
  const same = (values: ArrayLike<number>) => Array.from(values).every(value => value === values[0]);
  if (low.length > 8 && !(same(low) && same(high))) return '';
  const show = (values: ArrayLike<number>) =>
    same(values) ? formatBound(values[0]) : `(${Array.from(values).map(formatBound).join(', ')})`;
  return `, from ${show(low)} to ${show(high)}`;
}

function formatBound(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 }).replace('-', '−');
}

export interface EnvironmentGroup {
  readonly text: string;
  readonly entries: readonly EnvEntry[];
}

function picturePath(id: string): string {
  return `../../../../packages/envs/pictures/${environmentFile(id)}.png`;
}

/** The page that lists them all. @param pictures ids of those that `pnpm pictures` has drawn */
export function environmentIndex(groups: readonly EnvironmentGroup[], pictures: ReadonlySet<string>): string {
  return page([
    '# Environments',
    "All of them follow Gymnasium's rules: the same spaces, rewards and ends, and for a seed the same first observation.",
    'Whatever else Gymnasium knows can be [played through Python](/guide/gymnasium).',
    ...groups.map(({ text, entries }) =>
      page([
        `## ${text}`,
        '<div class="env-grid">',
        ...entries.map(entry => card(entry, pictures.has(entry.spec.id))),
        '</div>',
      ]).trim(),
    ),
  ]);
}

function card({ spec, summary }: EnvEntry, hasPicture: boolean): string {
  const picture = hasPicture ? `[![${spec.id}](${picturePath(spec.id)})](${environmentPath(spec.id)})\n\n` : '';
  return `<div class="env-card">\n\n${picture}[${spec.id}](${environmentPath(spec.id)})\n\n${prose(summary)}\n\n</div>`;
}
