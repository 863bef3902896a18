import { message } from '@zpin/contracts';

/**
 * What is said where the operating system lets nothing be written.
 * @param where function that was called
 * @returns an error with the `code` of the system; any other error as it is
 */
export function refusedWrite(where: string, path: string, error: unknown): unknown {
  const { code, message: reason } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') return error;
  const remedy = 'What was there before is whole; make room, or write elsewhere';
  const told = new Error(message(where, `${path} must be writable`, reason.split(',')[0], remedy), { cause: error });
  return Object.assign(told, { code });
}
