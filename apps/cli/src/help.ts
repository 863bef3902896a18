import type { Command, Help } from 'commander';
import { columnsOf, type Io } from './io.ts';
import { hasColors, styleOf } from './style.ts';

/** Widest column of names; a longer one has its meaning in the next line. */
const WIDEST_TERM = 30;
/** Narrowest column of meanings; where there is less room, they stand below the names. */
const NARROWEST_MEANING = 40;
/** Lines are no wider, however wide the terminal is: nobody reads longer ones. */
const WIDEST_HELP = 120;

/** Makes help as wide as the terminal, broken between words, and coloured where there are colours. For all commands added later. */
export function configureHelp(program: Command, { stdout, env }: Pick<Io, 'stdout' | 'env'>): Command {
  const style = styleOf(stdout, env);
  return program
    .configureOutput({
      writeOut: text => stdout.write(text),
      writeErr: () => undefined,
      getOutHelpWidth: () => Math.min(WIDEST_HELP, columnsOf(stdout)),
      getOutHasColors: () => hasColors(stdout, env),
    })
    .configureHelp({
      minWidthToWrap: 20,
      formatItem,
      // Choices and defaults are in the texts already, in the form of all texts.
      optionDescription: option => option.description,
      styleTitle: style.bold,
      styleCommandText: style.bold,
      styleOptionTerm: style.cyan,
      styleSubcommandTerm: style.cyan,
      styleArgumentTerm: style.cyan,
    });
}

/** A name and its meaning, in two columns or one below the other. */
function formatItem(this: Help, term: string, termWidth: number, meaning: string, helper: Help): string {
  const width = this.helpWidth ?? 80;
  const column = Math.min(termWidth, WIDEST_TERM);
  if (meaning === '') return `  ${term}`;
  const isNarrow = width - column - 4 < NARROWEST_MEANING;
  const indent = isNarrow ? 6 : column + 4;
  const lines = helper.boxWrap(meaning, width - indent).split('\n');
  const isBeside = !isNarrow && helper.displayWidth(term) <= column;
  const padding = ' '.repeat(Math.max(0, column - helper.displayWidth(term)));
  const first = isBeside ? `  ${term}${padding}  ${lines.shift()}` : `  ${term}`;
  return [first, ...lines.map(line => ' '.repeat(indent) + line)].join('\n');
}
