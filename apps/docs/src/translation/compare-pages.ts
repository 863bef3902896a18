import { type Block, headingLevel, isProse, shapeOf, splitBlocks } from './blocks.ts';

/** Headings that are names, in every language. */
const names = new Set([
  'zpin',
  'Atari',
  'MuJoCo',
  'Box2D',
  'REINFORCE',
  'Munchausen DQN',
  'Stable-Baselines3',
  'CleanRL',
  'WebGPU',
  'NaN',
]);
/** Small letters that are no words: units, and parts of names. */
const noWords = new Set(['rad', 'zpin', 'arXiv', 'ale', 'atari', 'gymjs', 'npm', 'doi', 'wandb', 'ffmpeg', 'webpack', 'esbuild']);

/**
 * What keeps a Chinese page from being its English one in Chinese: blocks of another kind, other code or formulas, words that are still
 * English, and links, names in code or numbers that are lost. Empty when there is nothing.
 */
export function differencesOf(english: string, chinese: string): string[] {
  const [theirs, ours] = [splitBlocks(english), splitBlocks(chinese)];
  if (theirs.length !== ours.length) return [`${ours.length} blocks in place of ${theirs.length}`];
  let isComment = false;
  return theirs.flatMap((block, i) => {
    const other = ours[i];
    if (!other || shapeOf(block) !== shapeOf(other)) return [`${shown(other)} in place of ${shown(block)}`];
    // What a source file says of itself stays as it is there.
    if (headingLevel(block) === 2) isComment = block.text === '## Differences from the paper';
    else if (isComment && isProse(block) && other.text === block.text) return [];
    return isProse(block) ? proseDifferences(block, other) : sharedDifferences(block, other);
  });
}

function sharedDifferences(block: Block, other: Block): string[] {
  if (block.kind === 'head' || withoutWords(block) === withoutWords(other)) return [];
  return [`${shown(other)} differs from ${shown(block)}`];
}

/** Code and formulas as they are; of HTML and pictures what is no word, and no way to a file. */
function withoutWords({ kind, text }: Block): string {
  if (kind === 'code' || kind === 'math') return text;
  return text
    .replaceAll(/ alt="[^"]*"|!\[[^\]]*\]/g, '')
    .replaceAll(/<(summary|figcaption)>[^<]*/g, '<$1>')
    .replaceAll(/\.{1,2}\/(?:[\w.-]+\/)*/g, '')
    .replaceAll('/zh/', '/');
}

function proseDifferences(block: Block, other: Block): string[] {
  const problems: string[] = [];
  const [theirs, ours] = [linesOf(block), linesOf(other)];
  if (theirs.length !== ours.length) problems.push(`${ours.length} lines in place of ${theirs.length}`);
  for (const [i, line] of theirs.entries()) {
    const said = ours[i] ?? '';
    if (isEnglish(line, block) && !/\p{Script=Han}/u.test(said) && !(said === line && isCitation(line)))
      problems.push(`no Chinese in "${said}"`);
  }
  const whole = (text: string) => text.replaceAll(' \\| ', ' | ');
  problems.push(
    ...lost('code', codeOf(whole(block.text)), codeOf(whole(other.text))),
    ...lost('the formula', formulasOf(block.text), formulasOf(other.text)),
    ...lost('the link', linksOf(block.text), linksOf(other.text)),
    ...lost('the number', numbersOf(block.text), other.text),
  );
  return problems.map(problem => `${problem}: ${shown(block)}`);
}

/** Parts of a block that must each be in Chinese: cells of a table, items of a list, else the whole. */
function linesOf({ kind, text }: Block): string[] {
  if (kind === 'table') return text.split('\n').flatMap(line => line.split(/(?<!\\)\|/).slice(1, -1));
  if (kind === 'list') return text.split(/\n(?= *(?:[-*]|\d+\.) )/);
  return [text];
}

/** Whether a text has words: what is neither code, formula, address nor name. */
function isEnglish(text: string, { kind }: Block): boolean {
  const words = plain(text);
  if (kind === 'heading') return !names.has(words.replace(/^#+ /, '').trim()) && !/[-\d]v\d$|^# \w+\/\w+/.test(words.trim());
  return [...words.matchAll(/(?<![\w/:.-])[a-z]{3,}(?![\w/-])/g)].some(([word]) => !noWords.has(word));
}

function isCitation(text: string): boolean {
  return /\b(?:19|20)\d\d\b/.test(text);
}

function plain(text: string): string {
  return text
    .replaceAll(/ \{#[^}]*\}$/gm, '')
    .replaceAll(/`[^`]*`|\$[^$\n]+\$/g, ' ')
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replaceAll(/<[^>]*>/g, ' ');
}

const codeOf = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll(/\s+/g, ' '));
const formulasOf = (text: string) => [...text.matchAll(/\$([^$\n]+)\$/g)].map(([, formula = '']) => formula);
const linksOf = (text: string) =>
  [...text.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) =>
    link.replace(/^\/zh\//, '/').replace(/^\..*\//, ''),
  );
const numbersOf = (text: string) =>
  [
    ...plain(text)
      .replace(/^ *\d+\. /gm, '')
      .matchAll(/(?<![\w.,])\d[\d.,]*\d(?![\w])/g),
  ].map(([number]) => number);

/** What of the English block the Chinese one has not. */
function lost(what: string, wanted: readonly string[], found: readonly string[] | string): string[] {
  return wanted.filter(each => !found.includes(each)).map(each => `${what} ${each} is missing`);
}

function shown(block: Block | undefined): string {
  return block ? `the ${shapeOf(block)} "${block.text.slice(0, 70)}"` : 'nothing';
}
