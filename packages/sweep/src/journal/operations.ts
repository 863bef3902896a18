/**
 * Lines of a journal, in the format of Optuna's JournalStorage: one JSON object each, in the order in which they happened. Numbers may
 * be `NaN` and `Infinity`, as Python writes them.
 */
import { message } from '@zpin/contracts';
import { JournalError } from './journal-error.ts';

/** What a line says, by its number in the file. */
export const OPERATION = {
  createStudy: 0,
  deleteStudy: 1,
  setStudyUserAttribute: 2,
  setStudySystemAttribute: 3,
  createTrial: 4,
  setParameter: 5,
  setState: 6,
  setIntermediateValue: 7,
  setUserAttribute: 8,
  setSystemAttribute: 9,
} as const;

/** Whatever JSON can say, beside numbers that it cannot. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** What a line holds. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

// Texts pass, so that a "NaN" inside one stays.
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;
/** Marks a number that JSON has no word for; no text of a journal begins so. */
const MARK = '\u0001number:';

/** @throws JournalError when a line is none of a journal @param place of the line, for the error */
export function parseLine(line: string, place: string): JsonObject {
  let found: JsonValue;
  try {
    const plain = line.replaceAll(TOKENS, token => (token.startsWith('"') ? token : JSON.stringify(MARK + token)));
    found = JSON.parse(plain, (_, value: JsonValue) =>
      typeof value === 'string' && value.startsWith(MARK) ? Number(value.slice(MARK.length)) : value,
    );
  } catch {
    found = null;
  }
  if (isObject(found) && Number.isInteger(found.op_code)) return found;
  throw new JournalError(message('parseLine', `${place} must be an operation of a journal`, line, 'Check the path of the file'));
}

/** One line, without its end. */
export function formatLine(operation: JsonObject): string {
  const text = JSON.stringify(operation, (_, value: JsonValue) =>
    typeof value === 'number' && !Number.isFinite(value) ? MARK + String(value) : value,
  );
  return text.replaceAll(/"\\u0001number:([^"]*)"/g, '$1');
}

/** Whether a value is an object, no list and not null. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
