/** What decides about colours: whether it is a terminal, and variables of the process. */
type Terminal = { readonly isTTY?: boolean };
type Variables = Readonly<Record<string, string | undefined>>;

/** Colours for a terminal; each leaves its text as it is where there are none. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** Whether colours are wanted: as `FORCE_COLOR` and `NO_COLOR` say, else in a terminal that knows them. */
export function hasColors(output: Terminal, { FORCE_COLOR, NO_COLOR, TERM }: Variables): boolean {
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return !/^(0|false)$/i.test(FORCE_COLOR);
  if (NO_COLOR) return false;
  return output.isTTY === true && TERM !== 'dumb';
}

export function styleOf(output: Terminal, env: Variables): Style {
  const isColored = hasColors(output, env);
  const code = (start: number, end: number) => (text: string) =>
    isColored && text !== '' ? `\u001b[${start}m${text}\u001b[${end}m` : text;
  return {
    bold: code(1, 22),
    dim: code(2, 22),
    red: code(31, 39),
    green: code(32, 39),
    yellow: code(33, 39),
    cyan: code(36, 39),
  };
}
