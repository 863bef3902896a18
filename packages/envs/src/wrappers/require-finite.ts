import { InputError, message } from '@zpin/contracts';

/** @returns the value @throws InputError unless it is a finite number */
export function requireFinite(where: string, name: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new InputError(message(where, `${name} must be a finite number`, value, 'Give such a number'));
}
