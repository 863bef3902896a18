import { CheckpointError, ConfigError, EnvError, InputError, NumericsError, SpaceError, WorkerError } from './errors.ts';

/** An error as it travels between threads and machines. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
}

const classes = { CheckpointError, ConfigError, EnvError, InputError, NumericsError, SpaceError, WorkerError };

/** Anything that was thrown, as plain data. */
export function errorToData(thrown: unknown): ErrorData {
  return thrown instanceof Error ? { name: thrown.name, message: thrown.message } : { name: 'Error', message: String(thrown) };
}

/**
 * The error again, with its class where that is one of this project, so that it is told to the user in the same way; else a
 * `WorkerError`.
 * @param worker names the worker, in the message of an `EnvError` and of what is of no class of this project
 */
export function errorFromData({ name, message }: ErrorData, worker: string): Error {
  const known = Object.hasOwn(classes, name) ? classes[name as keyof typeof classes] : undefined;
  if (!known) return new WorkerError(`${worker}: ${message}`);
  return new known(known === EnvError ? `${worker}: ${message}` : message);
}
