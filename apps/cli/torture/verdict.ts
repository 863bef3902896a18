/** How a command ended. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
  /** Whether it did not end in time. */
  readonly hung: boolean;
  readonly seconds: number;
}

/** Seconds after which a command counts as hanging. */
export const LONGEST_SECONDS = 20;

/** An error of the project: where, what must hold, what was found, what to do; in one line. */
const ERROR_LINE = /^\S.*: .*, got .*\. .+\.$/s;

/**
 * What is wrong with how a command ended; null where nothing is. Input that is wrong ends with code 2 and one clear line for each
 * fault; input that is right with 0, or 130 where it was stopped.
 */
export function faultOf({ exitCode, out, err, hung, seconds }: Outcome): string | null {
  if (hung) return `still at it after ${LONGEST_SECONDS} s`;
  if (seconds > LONGEST_SECONDS) return `took ${seconds.toFixed(0)} s`;
  if (/^ {4}at .*:\d+/m.test(err + out)) return 'a stack trace';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(err)) return 'a control character in an error';
  if (exitCode === 0 || exitCode === 130) return null;
  if (exitCode !== 2) return `exit code ${exitCode}`;
  const errors = err.split('\n').filter(line => line !== '' && !line.startsWith('warning: '));
  if (errors.length === 0) return 'bad input without a word';
  return errors.every(line => ERROR_LINE.test(line) || / See zpin .* --help\.$/.test(line)) ? null : 'an error in another form';
}
