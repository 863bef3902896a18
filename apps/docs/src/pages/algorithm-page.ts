import { type DescribedField, flagText } from '@zpin/contracts';
import { describeConfig, isFamily } from '@zpin/core';
import { type Figure, type Theme, themes } from '../figures/figure.ts';
import { english, type Translate } from '../translation/translate.ts';
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

/** The page of one algorithm: the same sections in the same order on each. @param t gives its words in the language of the page */
export function algorithmPage(input: AlgorithmPageInput, t: Translate = english): string {
  const { algorithm, source, content } = input;
  const { sections } = content;
  return page([
    `---\noutline: [2, 3]\n---`,
    `# ${prose(t(algorithm.title))}`,
    withPaperLinks(prose(algorithm.paper)),
    factsTable(input, t),
    `## ${t('Idea')}`,
    sections.Idea,
    figure(algorithm.id, input.figure, t),
    `## ${t('Equations')}`,
    stacked(sections.Equations),
    `## ${t('Pseudo-code')}`,
    sections['Pseudo-code'],
    codeOf(input, t),
    `## ${t('Metrics')}`,
    t(
      paragraph(
        'What an update reports: `update` of its events and of `metrics.jsonl`, `update/<name>` in TensorBoard. Returns, lengths and',
        'speed are [reported for every algorithm](/guide/watching).',
      ),
    ),
    `<div class="metric-table">\n\n${sections.Metrics}\n\n</div>`,
    healthyRun(input, t),
    settings(describeConfig(algorithm.config), t),
    presets(input, t),
    results(input, t),
    `## ${t('Pitfalls')}`,
    sections.Pitfalls,
    `## ${t('Differences from the paper')}`,
    t(
      paragraph(
        '{file} opens with what follows: the symbols of the paper beside the names in the code, and everything that differs from',
        'the paper.',
      ),
      { file: sourceLink(source.path) },
    ),
    commentToMarkdown(headerComment(source.text)),
    `## ${t('References')}`,
    withPaperLinks(sections.References),
    `## ${t('Source')}\n\n::: details ${source.path}\n<<< @/../../../${source.path}\n:::`,
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
function figure(id: string, { caption: words }: Figure, t: Translate): string {
  const caption = t(words);
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
function healthyRun({ algorithm: { id, learnsFrom }, metrics }: AlgorithmPageInput, t: Translate): string {
  if (!metrics) return '';
  const { env, steps, seed } = metrics;
  const unit = t(learnsFrom === 'dataset' ? 'gradient steps' : 'steps');
  return page([
    `### ${t('In a run that went well')}`,
    t(
      paragraph(
        'One run on {env}: {steps} {unit}, seed {seed}, each point the mean of a sixtieth of the run. The same again:',
        '`npm run bench -- update-metrics --algo {id}`.',
      ),
      { env: `[${env}](${environmentPath(env)})`, steps: formatNumber(steps), unit, seed, id },
    ),
    '<div class="metrics">',
    ...shownMetrics(metrics).map(name =>
      bothThemes(theme => metricFile(id, name, theme), t('{name} of {id} over a run on {env}', { name, id, env })),
    ),
    '</div>',
  ]).trim();
}

function codeOf({ code: shown, source }: AlgorithmPageInput, t: Translate): string {
  const other = [...new Set(shown.map(({ path }) => path).filter(path => path !== source.path))];
  return page([
    `### ${t('In the code')}`,
    t('Lines of {files} as they are.', { files: [source.path, ...other].map(sourceLink).join(t(' and ')) }),
    ...shown.map(({ text }) => `\`\`\`ts\n${text}\n\`\`\``),
  ]).trim();
}

function factsTable({ algorithm, source, live, content: { after, adds } }: AlgorithmPageInput, t: Translate): string {
  const folder = source.path.split('/')[1] as string;
  return table(
    ['', ''],
    [
      [t('name on the command line'), code(algorithm.id)],
      [t('package'), `[\`@zpin/${folder}\`](/api/@zpin/${folder}/)`],
      [t('observations'), spacesText(algorithm.spaces.observations, t, code)],
      [t('actions'), spacesText(algorithm.spaces.actions, t, code)],
      [t('learns from'), t(regimeOf(algorithm))],
      after === null
        ? [t('first of its family'), prose(adds)]
        : [t('builds on'), `[\`${after}\`](${algorithmPath(after)})${t(': ')}${prose(adds)}`],
      ...(live.length > 0 ? [[t('learns in this browser'), liveLinks(live, t)]] : []),
    ],
  );
}

/** The settings of a schema as a table; the only source is the schema itself. */
function settings(fields: readonly DescribedField[], t: Translate): string {
  return page([
    `## ${t('Settings')}`,
    t(
      paragraph(
        'Flags of the command line are the same in kebab case: `learningRate` is `--learning-rate`. A name that does not exist or',
        'a value out of range is refused before the first step.',
      ),
    ),
    settingsTable(fields, t),
  ]).trim();
}

function presets({ algorithm }: AlgorithmPageInput, t: Translate): string {
  const entries = Object.entries(algorithm.presets);
  if (entries.length === 0) return '';
  const isOffline = algorithm.learnsFrom === 'dataset';
  const counted = t(isOffline ? 'gradient steps' : 'environment steps');
  const rows = entries.map(([env, preset]) => [
    isFamily(env) ? code(env) : `[${env}](${environmentPath(env)})`,
    formatNumber(preset.totalSteps),
    Object.entries(preset.config as Readonly<Record<string, unknown>>)
      .map(([name, value]) => code(`${name}: ${flagText(value)}`))
      .join(' '),
    [
      ...Object.entries(preset.envOptions ?? {}).map(([name, value]) => code(`${name}=${flagText(value)}`)),
      ...(preset.her === undefined ? [] : [`[${t('hindsight')}](/guide/hindsight) ${code(preset.her)}`]),
    ].join(' '),
  ]);
  const train = (env: string) => `npx @zpin/cli train ${algorithm.id} --env ${env}`;
  const commands = isOffline
    ? entries.flatMap(([env]) => [`npx @zpin/cli collect --env ${env} --out data.zpin`, `${train(env)} --dataset data.zpin`])
    : entries.filter(([env]) => !isFamily(env)).map(([env]) => train(env));
  return page([
    `## ${t('Presets')}`,
    t(
      paragraph(
        'Settings tuned for an environment; a star stands for all environments that begin so and have none of their own. The command',
        'line starts from them by itself; in code they are `presets` of the algorithm.',
      ),
    ),
    `<div class="presets">\n\n${table([t('environment'), counted, t('settings that differ from the defaults'), t('environment options')], rows)}\n\n</div>`,
    `\`\`\`sh\n${commands.join('\n')}\n\`\`\``,
  ]).trim();
}

function results(input: AlgorithmPageInput, t: Translate): string {
  const { algorithm, results: all, offline, published, curves, pictures: shown, threshold: thresholdOf } = input;
  const measured = all.filter(({ algo }) => algo === algorithm.id);
  if (algorithm.learnsFrom === 'dataset')
    return onData(
      offline.filter(({ algo }) => algo === algorithm.id),
      t,
    );
  const others = published.results.filter(({ algo }) => algo === algorithm.id);
  const cell = (env: string) =>
    others
      .filter(other => other.env === env)
      .map(({ result, source }) => `${result} ${source}`)
      .join('; ') || '–';
  const sources = [...new Set(others.filter(({ env }) => measured.some(row => row.env === env)).map(({ source }) => source))];
  return page([
    `## ${t('Measured')}`,
    measured.length > 0 &&
      t(
        paragraph(
          'Mean return of 100 greedy episodes after training with the preset, over seeds that were not looked at when its settings were',
          'chosen (share of goals reached in brackets, where there are goals), and the mean of the middle half of the seeds with its',
          '95 % interval, beside what other libraries have published.',
        ),
      ) + olderRows(measured, t),
    measured.length > 0 &&
      table(
        ['environment, steps', 'mean return', 'interquartile mean', 'solved', 'published (steps)'].map(head => t(head)),
        measured.map(({ env, steps, returns, interquartileMean, reached }) => {
          const threshold = formatThreshold(thresholdOf(env));
          return [
            `[${env}](${environmentPath(env)})<br>${formatNumber(steps)}`,
            returns,
            interquartileMean,
            threshold === '–' || reached === '–' ? reached : t('{reached}, from {threshold}', { reached, threshold }),
            cell(env),
          ];
        }),
      ),
    sources.map(source => `${source}${t(': ')}${prose(t(published.sources[source] ?? ''))}${t('.')}`).join(t(' ')),
    measured.length === 0 && t('There are no measurements of it on fresh seeds yet.'),
    measured.length > 0 && t('The same again: `npm run bench -- learning --algo {id}`.', { id: algorithm.id }),
    curves.length > 0 &&
      page([
        '<div class="curves">',
        ...curves.map(({ env, seeds }) =>
          bothThemes(
            theme => curveFile({ algo: algorithm.id, env }, theme),
            t('{algo} on {env}: mean return of training episodes over {seeds} seeds, with a band of one standard deviation', {
              ...{ algo: algorithm.id, env, seeds },
            }),
          ),
        ),
        '</div>',
      ]).trim(),
    pictures(shown, t),
  ]).trim();
}

/** What is said of rows that have only the seeds on which the settings were chosen. */
function olderRows(measured: readonly LearningResult[], t: Translate): string {
  if (measured.every(({ seeding }) => seeding)) return '';
  const which = t(measured.every(({ seeding }) => !seeding) ? 'All of these are' : 'Rows with one number per seed are');
  const text =
    ' {which} older: of the seeds on which the settings were chosen, measured before 29 November 2026, when copy i got seed + i.';
  return t(text, { which });
}

/** What an algorithm that learns from fixed data came to. */
function onData(rows: readonly OfflineResult[], t: Translate): string {
  const heading = `## ${t('Measured')}`;
  if (rows.length === 0) return `${heading}\n\n${t('There is no preset for it yet, and no measurement beyond its tests.')}`;
  return page([
    heading,
    t(
      paragraph(
        'Mean return of greedy episodes after training with the preset on data that were made from seeds, one number per seed, beside',
        'that of the policy that made the data.',
      ),
    ) + oldSeedsText(rows, t),
    table(
      ['data', 'gradient steps', 'mean return by seed', 'of the behaviour'].map(head => t(head)),
      rows.map(({ about, steps, returns, behaviour }) => [
        prose(t(about)),
        formatNumber(steps),
        returns.map(value => formatNumber(Math.round(value))).join(', '),
        formatNumber(Math.round(behaviour)),
      ]),
    ),
    t('The same again, with the naive algorithm for comparison: `npm run bench -- offline`.'),
  ]).trim();
}

function pictures(list: readonly ExperimentResult[], t: Translate): string {
  return list
    .map(experiment => {
      const { seeds, seeding, command, panels } = experiment;
      const title = t(experiment.title);
      return page([
        `### ${prose(title)}`,
        '<div class="curves">',
        ...panels.map(({ yLabel }, panel) =>
          bothThemes(theme => experimentFile(experiment, panel, theme), `${title}${t(': ')}${t(yLabel)}`),
        ),
        '</div>',
        t('Mean of {seeds} seeds, with a band of one standard deviation. Made by `{command}`.', { seeds, command }) +
          oldSeedsText([{ seeding }], t),
      ]).trim();
    })
    .join('\n\n');
}
