/** Wrong input by the user: configuration, flags, files. The command line answers it with exit code 2. */
export class InputError extends Error {
  override readonly name: string = 'InputError';
}

/** A configuration value is unknown, of the wrong type or out of range. */
export class ConfigError extends InputError {
  override readonly name = 'ConfigError';
}

/** A space does not fit what is asked of it, or a value lies outside its space. */
export class SpaceError extends InputError {
  override readonly name = 'SpaceError';
}

/** A checkpoint or run folder is torn, foreign, or from another version. */
export class CheckpointError extends InputError {
  override readonly name = 'CheckpointError';
}

/** A loss or a parameter became NaN or infinite. */
export class NumericsError extends Error {
  override readonly name = 'NumericsError';
}

/** A worker threw, ended or stopped answering; the message has its own. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
}

/** A fault of an environment: it threw what is no error of this project, which is the cause then, or returned what it must not. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}

/** A tensor's shape or a program's recording does not fit. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

/**
 * Message in the one form that all errors of the project have: `<where>: <what must hold>, got <value>. <what to do>.`
 * @param where function, file or flag that was called
 * @param expectation what must hold
 * @param actual the offending value; long values are cut
 * @param remedy what to do
 */
export function message(where: string, expectation: string, actual: unknown, remedy: string): string {
  const shown = typeof actual === 'string' ? `"${actual.slice(0, LONGEST_VALUE)}"` : format(actual);
  const value = shown.length > LONGEST_VALUE ? `${shown.slice(0, LONGEST_VALUE - 3)}...` : shown;
  return printable(`${where}: ${expectation}, got ${value}. ${remedy}.`);
}

/** Characters of a value that a message shows. */
const LONGEST_VALUE = 120;

/**
 * A text of one line that any terminal shows as it is: characters that move the cursor, change colours or the direction of
 * writing, or are none, stand as `\\u001b`.
 */
export function printable(text: string): string {
  // Most texts have none: `\p{C}` are control, format, unassigned and surrogate characters, the two others break lines.
  return text.replaceAll(/[\p{C}\u2028\u2029]/gu, character =>
    [...character].map(part => `\\u${(part.codePointAt(0) as number).toString(16).padStart(4, '0')}`).join(''),
  );
}

function format(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint' || value == null) return String(value);
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${(value as Uint8Array).length}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // A cycle, or nested deeper than anyone can read.
    return Object.prototype.toString.call(value);
  }
}

/** Of `names`, the one nearest to `name` by edit distance, for "did you mean"; `undefined` when none is near. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  // Of a word of three letters one may be wrong: any other three letters are as near with two.
  let bestDistance = Math.min(Math.max(2, Math.floor(name.length / 3)) + 1, name.length / 2 + 0.25);
  for (const candidate of names) {
    // Each letter too many or too few is one step: most names need no closer look.
    if (SLIP * Math.abs(name.length - candidate.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/**
 * What it takes to make `b` of `a`, one row at a time: 1 for a wrong letter, a little less for one too few or too many, and least for
 * the likeliest slips of all, a letter typed twice, or once instead of twice, and two that changed places. So "pppo" is nearer to ppo
 * than to dppo.
 */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => MISSING * j);
  for (let i = 1; i <= a.length; i++) {
    const next = [MISSING * i];
    for (let j = 1; j <= b.length; j++) {
      const tooMany = row[j] + (i > 1 && a[i - 1] === a[i - 2] ? SLIP : MISSING);
      const tooFew = next[j - 1] + (j > 1 && b[j - 1] === b[j - 2] ? SLIP : MISSING);
      const wrong = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] + SLIP : wrong;
      next[j] = Math.min(tooMany, tooFew, wrong, swapped);
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}

const MISSING = 0.9;
const SLIP = 0.75;
