import { InputError } from '@zpin/contracts';

/** A journal is torn, of another program, or does not hold what is asked of it. */
export class JournalError extends InputError {
  override readonly name = 'JournalError';
}
