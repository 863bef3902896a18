import { isDeepStrictEqual } from 'node:util';
import { InputError, message } from '@zpin/contracts';
import type { SweepFile } from './sweep-plan.ts';

/**
 * More trials are no other sweep; anything else is.
 * @param place where the other one is, for the error @throws InputError when it is another one
 */
export function checkSame(file: SweepFile, other: SweepFile, place: string, where: string): void {
  const { trials: _, ...now } = file;
  const { trials: __, ...then } = other;
  const different = Object.keys(now).find(
    key => !isDeepStrictEqual(now[key as keyof typeof now], then[key as keyof typeof then]),
  );
  if (different === undefined) return;
  const expectation = `${different} must be what the sweep in ${place} began with`;
  const remedy = 'Undo the change, or choose another folder by --out';
  throw new InputError(message(where, expectation, now[different as keyof typeof now], remedy));
}
