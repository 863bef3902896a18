import { InputError, message } from '@zpin/contracts';

/** @throws InputError for an algorithm whose workers cannot be on other machines */
export function checkQueued(algorithm: string, where: string): void {
  if (algorithm === 'dppo') return;
  const expectation = '--queue goes with dppo, whose workers may be on other machines';
  throw new InputError(message(where, expectation, algorithm, 'Leave it out, or train dppo'));
}
