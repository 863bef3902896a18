import { type BoxSpace, describeFields, describeSpace, type EnvSpec, flatLayout, type Space } from '@zpin/contracts';
import { type EnvEntry, optionsOf } from '@zpin/envs';
import { type Film, type FilmedAgent, filmFile } from '../films/film-files.ts';
import { english, type Translate } from '../translation/translate.ts';
import type { EnvironmentSection } from './environment-content.ts';
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
  /** Whether random actions were filmed in it. */
  readonly isFilmed: boolean;
  /** The trained agent that was filmed in it beside them; absent where there is none. */
  readonly filmed?: FilmedAgent | undefined;
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

/** The page of one environment: the same sections in the same order on each. @param t gives its words in the language of the page */
export function environmentPage(input: EnvironmentPageInput, t: Translate = english): string {
  const { entry, description, source, isFilmed, presets, results, content, speed, live } = input;
  const { spec, summary, requires } = entry;
  const { id } = spec;
  const suited = suitedAlgorithm(spec, presets);
  const load = requires ? `await loadEnv('${id}'); // needs ${requires.packageName}\n` : '';
  const isAtari = id.startsWith('Atari/');
  const names = requires ? 'loadEnv, makeEnv' : 'makeEnv';
  return page([
    `# ${id}`,
    prose(t(summary)),
    isFilmed ? filmsOf(input, t) : isAtari && t(noCartridge),
    prose(t(description)),
    table(
      ['', ''],
      [
        [t('observation'), describe(spec.observationSpace, t)],
        [t('action'), describe(spec.actionSpace, t)],
        [
          t('steps per episode'),
          spec.maxEpisodeSteps === null ? t('no limit') : t('at most {n}', { n: formatNumber(spec.maxEpisodeSteps) }),
        ],
        [t('solved from a mean return of'), formatThreshold(spec.rewardThreshold)],
        ...(requires ? [[t('needs'), `\`npm install ${requires.packageName}\``]] : []),
        ...(speed
          ? [
              [
                t('steps per second'),
                t('{speed}, one thread, {copies}, random actions', {
                  ...{ speed: speed.stepsPerSecond, copies: copiesText(speed.copies, t) },
                }),
              ],
            ]
          : []),
        ...(live.length > 0 ? [[t('learned in this browser'), liveLinks(live, t)]] : []),
        [t('source'), sourceLink(source)],
      ],
    ),
    `## ${t('Use')}`,
    `\`\`\`sh\nnpx @zpin/cli train ${isAtari ? `dqn --env ${id} --wrap atari` : `${suited} --env ${id}`}\n\`\`\``,
    isAtari && t('Cartridges and the view of papers: [Atari](/guide/atari).'),
    [
      '```js',
      ...(isAtari ? ["import '@zpin/atari/register';"] : []),
      `import { ${names} } from '@zpin/envs';`,
      '',
      `${load}const env = makeEnv('${id}');`,
      'const { obs } = env.reset({ seed: 123 });',
      '```',
    ].join('\n'),
    ...(['Observation', 'Actions', 'Rewards', 'Ends'] as const).flatMap(name => [`## ${t(name)}`, content[name]]),
    options(entry, t),
    algorithms(presets, results, t),
    `## ${t('Versions and differences')}`,
    content['Versions and differences'],
    peerText(input, t),
  ]);
}

const noCartridge =
  'Its cartridge is not part of the library, so there is no film of it: [where cartridges come from](/guide/atari).';
const noAgent = 'No trained agent is filmed: there is no preset for it yet.';
const noShortTraining = 'No trained agent is filmed: its presets train for longer than some minutes on one processor core.';

/** A trained agent and random actions side by side; for who wants no motion, the picture. */
function filmsOf({ entry, filmed, hasPicture, presets }: EnvironmentPageInput, t: Translate): string {
  const { id } = entry.spec;
  const figure = (of: string, film: Film, caption: string) => {
    const name = t(film === 'trained' ? 'a trained agent' : 'random actions');
    const image = `<img src="../../films/${filmFile(of, film)}" alt="${id}${t(', ')}${name}" loading="lazy">`;
    const still = hasPicture ? `<source media="(prefers-reduced-motion: reduce)" srcset="${picturePath(id)}">` : '';
    return page([`<figure><picture>${still}${image}</picture><figcaption>`, caption, '</figcaption></figure>']).trim();
  };
  const random = figure(id, 'random', t('random actions'));
  if (!filmed) return page(['<div class="films">', random, '</div>', t(presets.length > 0 ? noShortTraining : noAgent)]).trim();
  return page([
    '<div class="films">',
    figure(filmed.trainedIn ?? id, 'trained', filmedText(filmed, t)),
    random,
    '</div>',
    t('What trained the agent of the film: `{command}`', { command: filmed.command }),
  ]).trim();
}

function filmedText({ algorithm, meanReturn, steps, successRate, trainedIn }: FilmedAgent, t: Translate): string {
  const parts = [
    t('{algorithm} after {steps} steps, mean return {mean}', {
      algorithm: `[${algorithm}](${algorithmPath(algorithm)})`,
      ...{ steps: formatNumber(steps), mean: formatMean(meanReturn) },
    }),
    ...(successRate === undefined
      ? []
      : [t('reaches its goal in {percent} of the episodes', { percent: formatShare(successRate) })]),
    ...(trainedIn === undefined ? [] : [t(sameText(trainedIn), { env: `[${trainedIn}](${environmentPath(trainedIn)})` })]),
  ];
  return parts.join(t('; '));
}

/** How the environment that the agent was trained in is related to the filmed one. */
function sameText(trainedIn: string): string {
  return trainedIn.startsWith('Fetch') ? 'in {env}, the same task with other rewards' : 'in {env}, the same game';
}

function formatShare(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function formatMean(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 0 }).replace('-', '−');
}

function copiesText(copies: number, t: Translate): string {
  return copies === 1 ? t('one copy') : t('{copies} copies', { copies });
}

/** What a comparison with the original has found. */
function peerText({ peer }: EnvironmentPageInput, t: Translate): string {
  if (!peer) return '';
  const { steps, tolerance, equal, toTheBit } = peer;
  const [count, all] = equal.split(' of ') as [string, string];
  const bits = toTheBit === 0 ? '' : t(', {toTheBit} of them to the last bit', { toTheBit });
  const within = Number(tolerance) === 0 ? '' : t(' within {tolerance}', { tolerance });
  return t(
    paragraph(
      'Beside the original, on fresh seeds with random actions: {count} of {all} episodes of {steps} steps are equal{within}{bits}.',
      'The same again: `pnpm check:peers` in the repository.',
    ),
    { count, all, steps, within, bits },
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

function options(entry: EnvEntry, t: Translate): string {
  return page([
    `## ${t('Options')}`,
    t(
      paragraph(
        "In code `makeEnv('{id}', { option: value })`, on the command line `--env-option option=value`, and `--wrap` for",
        '[wrappers](/guide/environments#wrappers).',
      ),
      { id: entry.spec.id },
    ),
    settingsTable(describeFields(optionsOf(entry)), t),
  ]).trim();
}

function algorithms(presets: EnvironmentPageInput['presets'], results: readonly LearningResult[], t: Translate): string {
  const heading = `## ${t('Presets for it')}`;
  const none = 'Nobody has tuned settings for it yet. [Which algorithm for my task](/guide/choosing) says where to begin.';
  if (presets.length === 0) return `${heading}\n\n${t(none)}`;
  const measured = new Map(results.map(result => [`${result.algo} ${result.steps}`, result]));
  return page([
    heading,
    t(
      paragraph(
        'Settings that were tuned for it, and what they came to; on the page of the algorithm are the curves. The command line starts from',
        'them by itself.',
      ),
    ),
    table(
      ['algorithm', 'steps', 'mean return of 100 greedy episodes', 'seeds that solve it'].map(head => t(head)),
      presets.map(({ id, title, totalSteps }) => [
        `[${prose(t(title))}](${algorithmPath(id)})`,
        formatNumber(totalSteps),
        measured.get(`${id} ${totalSteps}`)?.returns ?? t('not measured'),
        measured.get(`${id} ${totalSteps}`)?.reached ?? '–',
      ]),
    ),
    oldSeedsText(results, t).trim(),
  ]).trim();
}

/** A space with its bounds, as far as they can be said in a line. */
function describe(space: Space, t: Translate): string {
  const parts = flatLayout(space);
  const box = parts.length === 1 && parts[0].space.type === 'box' ? parts[0].space : null;
  return `${code(describeSpace(space))}${box ? bounds(box, t) : ''}`;
}

function bounds({ low, high }: BoxSpace, t: Translate): string {
  const same = (values: ArrayLike<number>) => Array.from(values).every(value => value === values[0]);
  if (low.length > 8 && !(same(low) && same(high))) return '';
  const show = (values: ArrayLike<number>) =>
    same(values) ? formatBound(values[0]) : `(${Array.from(values).map(formatBound).join(', ')})`;
  return t(', from {low} to {high}', { low: show(low), high: show(high) });
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
export function environmentIndex(
  groups: readonly EnvironmentGroup[],
  pictures: ReadonlySet<string>,
  t: Translate = english,
): string {
  return page([
    `# ${t('Environments')}`,
    t("All of them follow Gymnasium's rules: the same spaces, rewards and ends, and for a seed the same first observation."),
    t('Whatever else Gymnasium knows can be [played through Python](/guide/gymnasium).'),
    ...groups.map(({ text, entries }) =>
      page([
        `## ${t(text)}`,
        '<div class="env-grid">',
        ...entries.map(entry => card(entry, pictures.has(entry.spec.id), t)),
        '</div>',
      ]).trim(),
    ),
  ]);
}

function card({ spec, summary }: EnvEntry, hasPicture: boolean, t: Translate): string {
  const picture = hasPicture ? `[![${spec.id}](${picturePath(spec.id)})](${environmentPath(spec.id)})\n\n` : '';
  return `<div class="env-card">\n\n${picture}[${spec.id}](${environmentPath(spec.id)})\n\n${prose(t(summary))}\n\n</div>`;
}
