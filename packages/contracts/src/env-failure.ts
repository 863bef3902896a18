import { EnvError, InputError, message, NumericsError, WorkerError } from './errors.ts';

/**
 * What an environment threw, as an error that says which one it was, in one line; errors of this project stay what they are.
 * @param where environment and method, such as `CartPole-v1.step`
 */
export function envFailure(where: string, thrown: unknown): unknown {
  if ([InputError, NumericsError, WorkerError, EnvError].some(known => thrown instanceof known)) return thrown;
  const isError = thrown instanceof Error;
  // The line of the environment that threw, for its author.
  const [, place = 'its own code'] = (isError && /^\s+at (.*)$/m.exec(thrown.stack ?? '')) || [];
  const got = isError ? thrown.message : String(thrown);
  return new EnvError(message(where, 'the environment must not throw', got, `Look at ${place}`), { cause: thrown });
}
