import { CheckpointError, ConfigError, EnvError, InputError, NumericsError, SpaceError, WorkerError } from './errors.ts';

/** An error as it travels between threads and machines. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
}

const classes = { CheckpointError, ConfigError, InputError, NumericsError, SpaceError, WorkerError };

/** Anything that was thrown, as plain data. */
export function errorToData(thrown: unknown): ErrorData {
  // Whoever hears of it names the worker, and has no use for the place in its code.
  if (thrown instanceof EnvError && thrown.cause !== undefined) return errorToData(thrown.cause);
  return thrown instanceof Error ? { name: thrown.name, message: thrown.message } : { name: 'Error', message: String(thrown) };
}

/**
 * The error again, with its class where that is one of this project, so that it is told to the user in the same way; else a
 * `WorkerError`.
 * @param worker names the worker in the message of a `WorkerError`
 */
export function errorFromData({ name, message }: ErrorData, worker: string): Error {
  const known = Object.hasOwn(classes, name) ? classes[name as keyof typeof classes] : undefined;
  return known ? new known(message) : new WorkerError(`${worker}: ${message}`);
}
