import { type Block, isProse, shapeOf, splitBlocks } from './blocks.ts';
import type { Translate } from './translate.ts';

/**
 * A page in another language: its words in the place of the English ones, block by block; code, formulas, pictures and live agents come
 * from the English page, so there is one of each.
 * @param name of the page, in errors @param words headings, paragraphs, lists and tables in the order of the English page, without
 * what is shared @param t gives the words within what is shared, such as what a picture shows
 * @throws Error where the blocks are not those of the English page
 */
export function mergePage(name: string, english: string, words: string, t: Translate): string {
  const blocks = splitBlocks(english);
  const own = splitBlocks(words);
  const head = own.find(({ kind }) => kind === 'head');
  const prose = own.filter(({ kind }) => kind !== 'head');
  const wanted = blocks.filter(isProse);
  for (let i = 0; i < Math.max(wanted.length, prose.length); i++) {
    const [theirs, ours] = [wanted[i], prose[i]];
    if (theirs && ours && shapeOf(theirs) === shapeOf(ours)) continue;
    throw new Error(
      `mergePage: block ${i + 1} of the words of ${name} must be ${shown(theirs)}, got ${shown(ours)}. Bring both pages into the same order.`,
    );
  }
  let next = 0;
  return `${blocks
    .map(block =>
      isProse(block) ? (prose[next++]?.text ?? '') : block.kind === 'head' && head ? head.text : sharedBlock(block, t),
    )
    .join('\n\n')}\n`;
}

function shown(block: Block | undefined): string {
  return block ? `a ${shapeOf(block)} ("${block.text.slice(0, 60)}")` : 'nothing';
}

/** What is shared, with the few words in it: texts of pictures, and what can be opened. */
function sharedBlock({ kind, text }: Block, t: Translate): string {
  if (kind !== 'html' && kind !== 'picture') return text;
  return text
    .replaceAll(/ alt="([^"]+)"/g, (_, words: string) => ` alt="${t(words)}"`)
    .replaceAll(/!\[([^\]]+)\]/g, (_, words: string) => `![${t(words)}]`)
    .replaceAll(/<summary>([^<]+)<\/summary>/g, (_, words: string) => `<summary>${t(words)}</summary>`);
}
