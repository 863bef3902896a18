import { type DescribedField, flagText } from '@zpin/contracts';
import { describeConfig, isFamily } from '@zpin/core';
import { type Figure, type Theme, themes } from '../figures/figure.ts';
import type { AlgorithmContent } from './algorithm-content.ts';
import { type AlgorithmFacts, regimeOf, spacesText } from './algorithm-facts.ts';
import { curveFile, experimentFile } from './learning-pictures.ts';
import { type LivePage, liveLinks } from './live-pages.ts';
import { code, page, paragraph, prose, table, withPaperLinks } from './markdown.ts';
import { metricFile, shownMetrics, type UpdateMetrics } from './metric-pictures.ts';
import { algorithmPath, environmentPath } from './paths.ts';
import { sourceLink } from './repository.ts';
import {
  type ExperimentResult,
  formatNumber,
  formatThreshold,
  type LearningResult,
  type OfflineResult,
  oldSeedsText,
  type publishedResults,
} from './results.ts';
import { settingsTable } from './settings-table.ts';
import { commentToMarkdown, headerComment } from './source-comment.ts';

export interface AlgorithmPageInput extends AlgorithmFacts {
  /** Written by hand. */
  readonly content: AlgorithmContent;
  readonly figure: Figure;
  /** Declarations that `content.code` names, in order. */
  readonly code: readonly { readonly path: string; readonly text: string }[];
  readonly results: readonly LearningResult[];
  readonly offline: readonly OfflineResult[];
  readonly published: ReturnType<typeof publishedResults>;
  /** Environments of which there is a picture of its learning, with the number of seeds. */
  readonly curves: readonly { readonly env: string; readonly seeds: number }[];
  readonly pictures: readonly ExperimentResult[];
  /** What updates reported in one run of a preset; null where none was measured. */
  readonly metrics: UpdateMetrics | null;
  /** Pages on which it learns. */
  readonly live: readonly LivePage[];
  /** Return from which an environment counts as solved, `null` where none is published. */
  threshold(env: string): number | null;
}

/** The page of one algorithm: the same sections in the same order on each. */
export function algorithmPage(input: AlgorithmPageInput): string {
  const { algorithm, source, content } = input;
  const { sections } = content;
  return page([
    `---\noutline: [2, 3]\n---`,
    `# ${prose(algorithm.title)}`,
    withPaperLinks(prose(algorithm.paper)),
    factsTable(input),
    '## Idea',
    sections.Idea,
    figure(algorithm.id, input.figure),
    '## Equations',
    stacked(sections.Equations),
    '## Pseudo-code',
    sections['Pseudo-code'],
    codeOf(input),
    '## Metrics',
    paragraph(
      'What an update reports: `update` of its events and of `metrics.jsonl`, `update/<name>` in TensorBoard. Returns, lengths and',
      'speed are [reported for every algorithm](/guide/watching).',
    ),
    `<div class="metric-table">\n\n${sections.Metrics}\n\n</div>`,
    healthyRun(input),
    settings(describeConfig(algorithm.config)),
    presets(input),
    results(input),
    '## Pitfalls',
    sections.Pitfalls,
    '## Differences from the paper',
    paragraph(
      `${sourceLink(source.path)} opens with what follows: the symbols of the paper beside the names in the code, and`,
      'everything that differs from the paper.',
    ),
    commentToMarkdown(headerComment(source.text)),
    '## References',
    withPaperLinks(sections.References),
    `## Source\n\n::: details ${source.path}\n<<< @/../../../${source.path}\n:::`,
  ]);
}

/** Equations that stand side by side, one below the other: a line of several does not fit on a phone. */
function stacked(equations: string): string {
  return equations.replaceAll(/\$\$\n([\s\S]*?)\n\$\$/g, (whole, body: string) => {
    const lines = body.split(/\s*\\qquad\s*/);
    return lines.length === 1 ? whole : `$$\n\\begin{gathered}\n${lines.join(' \\\\[6pt]\n')}\n\\end{gathered}\n$$`;
  });
}

/** The picture that explains it, once for light and once for dark pages. */
function figure(id: string, { caption }: Figure): string {
  return page([
    '<figure class="explained">',
    bothThemes(theme => figureFile(id, theme), caption),
    `<figcaption>${prose(caption)}</figcaption>`,
    '</figure>',
  ]).trim();
}

/** Name of the picture that explains an algorithm, in the folder of pictures. */
export function figureFile(id: string, theme: Theme): string {
  return `${id}.${theme}.svg`;
}

function bothThemes(file: (theme: Theme) => string, alt: string): string {
  return themes.map(theme => `![${alt.replaceAll(/[[\]]/g, '')}](./pictures/${file(theme)}){.only-${theme}}`).join(' ');
}

/** Curves of all metrics in one run that went well. */
function healthyRun({ algorithm: { id, learnsFrom }, metrics }: AlgorithmPageInput): string {
  if (!metrics) return '';
  const { env, steps, seed } = metrics;
  const unit = learnsFrom === 'dataset' ? 'gradient steps' : 'steps';
  return page([
    '### In a run that went well',
    `One run on [${env}](${environmentPath(env)}): ${formatNumber(steps)} ${unit}, seed ${seed}, each point the mean of a sixtieth of the run. The same again: \`npm run bench -- update-metrics --algo ${id}\`.`,
    '<div class="metrics">',
    ...shownMetrics(metrics).map(name =>
      bothThemes(theme => metricFile(id, name, theme), `${name} of ${id} over a run on ${env}`),
    ),
    '</div>',
  ]).trim();
}

function codeOf({ code: shown, source }: AlgorithmPageInput): string {
  const other = [...new Set(shown.map(({ path }) => path).filter(path => path !== source.path))];
  return page([
    `### In the code`,
    `Lines of ${[source.path, ...other].map(sourceLink).join(' and ')} as they are.`,
    ...shown.map(({ text }) => `\`\`\`ts\n${text}\n\`\`\``),
  ]).trim();
}

function factsTable({ algorithm, source, live, content: { after, adds } }: AlgorithmPageInput): string {
  const folder = source.path.split('/')[1] as string;
  return table(
    ['', ''],
    [
      ['name on the command line', code(algorithm.id)],
      ['package', `[\`@zpin/${folder}\`](/api/@zpin/${folder}/)`],
      ['observations', spacesText(algorithm.spaces.observations, code)],
      ['actions', spacesText(algorithm.spaces.actions, code)],
      ['learns from', regimeOf(algorithm)],
      after === null
        ? ['first of its family', prose(adds)]
        : ['builds on', `[\`${after}\`](${algorithmPath(after)}): ${prose(adds)}`],
      ...(live.length > 0 ? [['learns in this browser', liveLinks(live)]] : []),
    ],
  );
}

/** The settings of a schema as a table; the only source is the schema itself. */
export function settings(fields: readonly DescribedField[]): string {
  return page([
    '## Settings',
    paragraph(
      'Flags of the command line are the same in kebab case: `learningRate` is `--learning-rate`. A name that does not exist or',
      'a value out of range is refused before the first step.',
    ),
    settingsTable(fields),
  ]).trim();
}

function presets({ algorithm }: AlgorithmPageInput): string {
  const entries = Object.entries(algorithm.presets);
  if (entries.length === 0) return '';
  const isOffline = algorithm.learnsFrom === 'dataset';
  const counted = isOffline ? 'gradient steps' : 'environment steps';
  const rows = entries.map(([env, preset]) => [
    isFamily(env) ? code(env) : `[${env}](${environmentPath(env)})`,
    formatNumber(preset.totalSteps),
    Object.entries(preset.config as Readonly<Record<string, unknown>>)
      .map(([name, value]) => code(`${name}: ${flagText(value)}`))
      .join(' '),
    [
      ...Object.entries(preset.envOptions ?? {}).map(([name, value]) => code(`${name}=${flagText(value)}`)),
      ...(preset.her === undefined ? [] : [`[hindsight](/guide/hindsight) ${code(preset.her)}`]),
    ].join(' '),
  ]);
  const train = (env: string) => `npm run zpin -- train ${algorithm.id} --env ${env}`;
  const commands = isOffline
    ? entries.flatMap(([env]) => [`npm run zpin -- collect --env ${env} --out data.zpin`, `${train(env)} --dataset data.zpin`])
    : entries.filter(([env]) => !isFamily(env)).map(([env]) => train(env));
  return page([
    '## Presets',
    paragraph(
      'Settings tuned for an environment; a star stands for all environments that begin so and have none of their own. The command',
      'line starts from them by itself; in code they are `presets` of the algorithm.',
    ),
    `<div class="presets">\n\n${table(['environment', counted, 'settings that differ from the defaults', 'environment options'], rows)}\n\n</div>`,
    `\`\`\`sh\n${commands.join('\n')}\n\`\`\``,
  ]).trim();
}

function results(input: AlgorithmPageInput): string {
  const { algorithm, results: all, offline, published, curves, pictures: shown, threshold: thresholdOf } = input;
  const measured = all.filter(({ algo }) => algo === algorithm.id);
  if (algorithm.learnsFrom === 'dataset') return onData(offline.filter(({ algo }) => algo === algorithm.id));
  const others = published.results.filter(({ algo }) => algo === algorithm.id);
  const cell = (env: string) =>
    others
      .filter(other => other.env === env)
      .map(({ result, source }) => `${result} ${source}`)
      .join('; ') || '–';
  const sources = [...new Set(others.filter(({ env }) => measured.some(row => row.env === env)).map(({ source }) => source))];
  return page([
    '## Measured',
    measured.length > 0 &&
      paragraph(
        'Mean return of 100 greedy episodes after training with the preset, over seeds that were not looked at when its settings were',
        'chosen (share of goals reached in brackets, where there are goals), and the mean of the middle half of the seeds with its',
        `95 % interval, beside what other libraries have published.${olderRows(measured)}`,
      ),
    measured.length > 0 &&
      table(
        ['environment, steps', 'mean return', 'interquartile mean', 'solved', 'published (steps)'],
        measured.map(({ env, steps, returns, interquartileMean, reached }) => {
          const threshold = formatThreshold(thresholdOf(env));
          return [
            `[${env}](${environmentPath(env)})<br>${formatNumber(steps)}`,
            returns,
            interquartileMean,
            threshold === '–' || reached === '–' ? reached : `${reached}, from ${threshold}`,
            cell(env),
          ];
        }),
      ),
    sources.map(source => `${source}: ${prose(published.sources[source] ?? '')}.`).join(' '),
    measured.length === 0 && 'There are no measurements of it on fresh seeds yet.',
    measured.length > 0 && `The same again: \`npm run bench -- learning --algo ${algorithm.id}\`.`,
    curves.length > 0 &&
      page([
        '<div class="curves">',
        ...curves.map(({ env, seeds }) =>
          bothThemes(
            theme => curveFile({ algo: algorithm.id, env }, theme),
            `${algorithm.id} on ${env}: mean return of training episodes over ${seeds} seeds, with a band of one standard deviation`,
          ),
        ),
        '</div>',
      ]).trim(),
    pictures(shown),
  ]).trim();
}

/** What is said of rows that have only the seeds on which the settings were chosen. */
function olderRows(measured: readonly LearningResult[]): string {
  if (measured.every(({ seeding }) => seeding)) return '';
  const which = measured.every(({ seeding }) => !seeding) ? 'All of these are' : 'Rows with one number per seed are';
  return ` ${which} older: of the seeds on which the settings were chosen, measured before 29 November 2026, when copy i got seed + i.`;
}

/** What an algorithm that learns from fixed data came to. */
function onData(rows: readonly OfflineResult[]): string {
  if (rows.length === 0) return '## Measured\n\nThere is no preset for it yet, and no measurement beyond its tests.';
  return page([
    '## Measured',
    paragraph(
      'Mean return of greedy episodes after training with the preset on data that were made from seeds, one number per seed, beside',
      `that of the policy that made the data.${oldSeedsText(rows)}`,
    ),
    table(
      ['data', 'gradient steps', 'mean return by seed', 'of the behaviour'],
      rows.map(({ about, steps, returns, behaviour }) => [
        prose(about),
        formatNumber(steps),
        returns.map(value => formatNumber(Math.round(value))).join(', '),
        formatNumber(Math.round(behaviour)),
      ]),
    ),
    'The same again, with the naive algorithm for comparison: `npm run bench -- offline`.',
  ]).trim();
}

function pictures(list: readonly ExperimentResult[]): string {
  return list
    .map(experiment => {
      const { title, seeds, seeding, command, panels } = experiment;
      return page([
        `### ${prose(title)}`,
        '<div class="curves">',
        ...panels.map(({ yLabel }, panel) =>
          bothThemes(theme => experimentFile(experiment, panel, theme), `${title}: ${yLabel}`),
        ),
        '</div>',
        `Mean of ${seeds} seeds, with a band of one standard deviation. Made by \`${command}\`.${oldSeedsText([{ seeding }])}`,
      ]).trim();
    })
    .join('\n\n');
}

/** The page that lists them all. */
export function algorithmIndex(groups: readonly { readonly text: string; readonly facts: readonly AlgorithmFacts[] }[]): string {
  return page([
    '# Algorithms',
    paragraph(
      'Each one is a file of its own, written in TensorFlow.js operations in the order of its paper. The tables of settings,',
      'presets and results on these pages are made from the code and from the files that the benchmarks write.',
    ),
    'Not sure which? [Which algorithm for my task](/guide/choosing). How they come from each other: [family tree](/algorithms/family).',
    ...groups.map(({ text, facts }) =>
      page([
        `## ${text}`,
        table(
          ['name', 'algorithm', 'observations', 'actions'],
          facts.map(({ algorithm }) => [
            `[\`${algorithm.id}\`](${algorithmPath(algorithm.id)})`,
            prose(algorithm.title),
            spacesText(algorithm.spaces.observations),
            spacesText(algorithm.spaces.actions),
          ]),
        ),
      ]).trim(),
    ),
    '## Hindsight',
    paragraph(
      '[Hindsight replay](/guide/hindsight) is no algorithm of its own: it gives goals in hindsight to any of those above that',
      'learn from a replay memory.',
    ),
  ]);
}

/** What the family tree tells of an algorithm. */
export interface FamilyMember extends Pick<AlgorithmContent, 'after' | 'adds'> {
  readonly id: string;
  readonly title: string;
}

/** The page that shows which algorithm builds on which, and what each adds. */
export function familyPage(members: readonly FamilyMember[]): string {
  const branch = (parent: string | null, depth: number): string[] =>
    members
      .filter(({ after }) => after === parent)
      .flatMap(({ id, title, adds }) => [
        `${'  '.repeat(depth)}- [**${prose(title)}**](${algorithmPath(id)}): ${prose(adds)}`,
        ...branch(id, depth + 1),
      ]);
  return page([
    '# Family tree',
    paragraph(
      'Each algorithm stands under the one that it builds on, with what it adds. The paper of one that stands further down can be read as',
      'a change to the one above; its file here is written so.',
    ),
    `<div class="family">\n\n${branch(null, 0).join('\n')}\n\n</div>`,
    'Which of them to take is another question: [which algorithm for my task](/guide/choosing).',
  ]);
}
