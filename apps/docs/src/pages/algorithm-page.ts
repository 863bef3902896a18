import { type DescribedField, flagText } from '@zpin/contracts';
import { describeConfig, isFamily } from '@zpin/core';
import { type AlgorithmFacts, regimeOf, spacesText } from './algorithm-facts.ts';
import { code, page, paragraph, prose, table, withPaperLinks } from './markdown.ts';
import { algorithmPath, environmentPath } from './paths.ts';
import { sourceLink } from './repository.ts';
import { type ExperimentPicture, formatNumber, formatThreshold, type LearningResult, oldSeedsText } from './results.ts';
import { settingsTable } from './settings-table.ts';
import { commentToMarkdown, headerComment } from './source-comment.ts';

export interface AlgorithmPageInput extends AlgorithmFacts {
  /** Written by hand: how it works, with its equations; empty when nobody wrote it yet. */
  readonly content: string;
  readonly results: readonly LearningResult[];
  readonly pictures: readonly ExperimentPicture[];
  /** Return from which an environment counts as solved, `null` where none is published. */
  threshold(env: string): number | null;
}

/** The page of one algorithm. */
export function algorithmPage(input: AlgorithmPageInput): string {
  const { algorithm, source, content } = input;
  return page([
    `---\noutline: [2, 3]\n---`,
    `# ${prose(algorithm.title)}`,
    withPaperLinks(prose(algorithm.paper)),
    factsTable(input),
    content.trim() && `## How it works\n\n${content.trim()}`,
    '## From the source file',
    paragraph(
      `${sourceLink(source.path)} opens with what follows: the symbols of the paper beside the names in the code, and`,
      'everything that differs from the paper.',
    ),
    commentToMarkdown(headerComment(source.text)),
    settings(describeConfig(algorithm.config)),
    presets(input),
    results(input),
    pictures(input.pictures),
    `## Source\n\n::: details ${source.path}\n<<< @/../../../${source.path}\n:::`,
  ]);
}

function factsTable({ algorithm, source }: AlgorithmPageInput): string {
  const folder = source.path.split('/')[1] as string;
  return table(
    ['', ''],
    [
      ['name on the command line', code(algorithm.id)],
      ['package', `[\`@zpin/${folder}\`](/api/@zpin/${folder})`],
      ['observations', spacesText(algorithm.spaces.observations, code)],
      ['actions', spacesText(algorithm.spaces.actions, code)],
      ['learns from', regimeOf(algorithm)],
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
    table(['environment', counted, 'settings that differ from the defaults', 'environment options'], rows),
    `\`\`\`sh\n${commands.join('\n')}\n\`\`\``,
  ]).trim();
}

function results({ algorithm, results: all, threshold }: AlgorithmPageInput): string {
  const measured = all.filter(({ algo }) => algo === algorithm.id);
  if (measured.length === 0) return '';
  return page([
    '## Measured',
    paragraph(
      'Mean return of 100 greedy episodes after training with the preset, over seeds that were not looked at when its settings were',
      'chosen (share of goals reached in brackets, where there are goals), and the mean of the middle half of the seeds with its',
      `95 % interval.${oldSeedsText(measured)}`,
    ),
    table(
      ['environment', 'steps', 'mean return', 'interquartile mean', 'solved from', 'seeds that solve it'],
      measured.map(({ env, steps, returns, interquartileMean, reached }) => [
        `[${env}](${environmentPath(env)})`,
        formatNumber(steps),
        returns,
        interquartileMean,
        formatThreshold(threshold(env)),
        reached,
      ]),
    ),
    `The same again: \`npm run bench -- learning --algo ${algorithm.id}\`.`,
  ]).trim();
}

function pictures(list: readonly ExperimentPicture[]): string {
  return list
    .map(({ title, file, seeds, seeding, command }) =>
      page([
        `### ${prose(title)}`,
        `![${title.replaceAll(/[[\]]/g, '')}](../../../../benchmarks/results/experiments/${file})`,
        `Mean of ${seeds} seeds, with a band of one standard deviation. Drawn by \`${command}\`.${oldSeedsText([{ seeding }])}`,
      ]).trim(),
    )
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
