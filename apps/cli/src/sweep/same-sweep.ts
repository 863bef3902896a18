import { isDeepStrictEqual } from 'node:util';
import { InputError, message } from '@zpin/contracts';
import type { JsonObject } from '@zpin/sweep';

/**
 * More trials are no other sweep; anything else is.
 * @param file what is asked for, and `other` what is there, as JSON
 * @param place where the other one is, for the error @throws InputError when it is another one
 */
export function checkSame(file: JsonObject, other: JsonObject, place: string, where: string): void {
  const keys = new Set([...Object.keys(file), ...Object.keys(other)]);
  const different = [...keys].find(key => key !== 'trials' && !isDeepStrictEqual(file[key], other[key]));
  if (different === undefined) return;
  const expectation = `${different} must be what the sweep in ${place} began with`;
  const remedy = 'Undo the change, or choose another folder by --out';
  throw new InputError(message(where, expectation, file[different] ?? 'nothing', remedy));
}
