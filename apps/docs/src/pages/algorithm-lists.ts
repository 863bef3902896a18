import { english, type Translate } from '../translation/translate.ts';
import type { AlgorithmContent } from './algorithm-content.ts';
import { type AlgorithmFacts, spacesText } from './algorithm-facts.ts';
import { page, paragraph, prose, table } from './markdown.ts';
import { algorithmPath } from './paths.ts';

/** The page that lists all algorithms. */
export function algorithmIndex(
  groups: readonly { readonly text: string; readonly facts: readonly AlgorithmFacts[] }[],
  t: Translate = english,
): string {
  return page([
    `# ${t('Algorithms')}`,
    t(
      paragraph(
        'Each one is a file of its own, written in TensorFlow.js operations in the order of its paper. The tables of settings,',
        'presets and results on these pages are made from the code and from the files that the benchmarks write.',
      ),
    ),
    t(
      'Not sure which? [Which algorithm for my task](/guide/choosing). How they come from each other: [family tree](/algorithms/family).',
    ),
    ...groups.map(({ text, facts }) =>
      page([`## ${t(text)}`, `<div class="algorithm-table">\n\n${algorithmTable(facts, t)}\n\n</div>`]).trim(),
    ),
    `## ${t('Hindsight')}`,
    t(
      paragraph(
        '[Hindsight replay](/guide/hindsight) is no algorithm of its own: it gives goals in hindsight to any of those above that',
        'draw single transitions from a replay memory.',
      ),
    ),
  ]);
}

function algorithmTable(facts: readonly AlgorithmFacts[], t: Translate): string {
  return table(
    ['name', 'algorithm', 'observations', 'actions'].map(head => t(head)),
    facts.map(({ algorithm }) => [
      `[\`${algorithm.id}\`](${algorithmPath(algorithm.id)})`,
      prose(t(algorithm.title)),
      spacesText(algorithm.spaces.observations, t),
      spacesText(algorithm.spaces.actions, t),
    ]),
  );
}

/** What the family tree tells of an algorithm. */
export interface FamilyMember extends Pick<AlgorithmContent, 'after' | 'adds'> {
  readonly id: string;
  readonly title: string;
}

/** The page that shows which algorithm builds on which, and what each adds. */
export function familyPage(members: readonly FamilyMember[], t: Translate = english): string {
  const branch = (parent: string | null, depth: number): string[] =>
    members
      .filter(({ after }) => after === parent)
      .flatMap(({ id, title, adds }) => [
        `${'  '.repeat(depth)}- [**${prose(t(title))}**](${algorithmPath(id)})${t(': ')}${prose(adds)}`,
        ...branch(id, depth + 1),
      ]);
  return page([
    `# ${t('Family tree')}`,
    t(
      paragraph(
        'Each algorithm stands under the one that it builds on, with what it adds. The paper of one that stands further down can be read as',
        'a change to the one above; its file here is written so.',
      ),
    ),
    `<div class="family">\n\n${branch(null, 0).join('\n')}\n\n</div>`,
    t('Which of them to take is another question: [which algorithm for my task](/guide/choosing).'),
  ]);
}
