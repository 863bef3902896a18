import { CheckpointError, InputError, type MaybePromise, message, type NumericArray, WorkerError } from '@zpin/contracts';

/**
 * Takes a saved state back, piece by piece. What a piece makes of a value that nobody saved like that, a forged one for example, is
 * a fault of the file.
 * @param where named in errors
 * @throws CheckpointError when a piece cannot take what is there
 */
export async function takeBack<T>(where: string, take: () => MaybePromise<T>): Promise<T> {
  try {
    return await take();
  } catch (error) {
    if (error instanceof InputError || error instanceof WorkerError) throw error;
    const found = error instanceof Error ? error.message : String(error);
    const remedy = 'The file is damaged; use a copy of it, or start a new run';
    throw new CheckpointError(message(where, 'the saved state must be as it was written', found, remedy), { cause: error });
  }
}

/** Copies a saved array into one of the same type and length. @throws CheckpointError when it is of another kind */
export function takeArray(name: string, target: NumericArray | Float64Array, saved: unknown): void {
  const isSame = ArrayBuffer.isView(saved) && saved.constructor === target.constructor;
  if (isSame && (saved as typeof target).length === target.length) {
    target.set(saved as typeof target);
    return;
  }
  const kind = target.constructor.name;
  throw new CheckpointError(
    message('train', `${name} of the saved state must be a ${kind} of ${target.length}`, saved, 'Resume with the same settings'),
  );
}
