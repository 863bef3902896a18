import { InputError, message, type VectorEnv } from '@zpin/contracts';
import { breathe } from '@zpin/core';
import { type Spawn, shareOf } from './training-worker.ts';

/** A vector environment whose copies can be dealt out. */
interface Divisible extends VectorEnv {
  slice(start: number, end: number): VectorEnv;
}

/**
 * Workers that take turns in this thread, on the copies of the run's own environment: where there are no threads, as in a browser
 * tab, and to show that threads change nothing.
 */
export const inThisThread: Spawn = ({ make, setups, env, engine }) =>
  setups.map((setup, index) => {
    const { start, end } = shareOf(index, setups.length, env.numEnvs);
    return make(setup, { env: setups.length === 1 ? env : part(env, start, end), engine, beat: () => breathe() });
  });

function part(env: VectorEnv, start: number, end: number): VectorEnv {
  if ('slice' in env) return (env as Divisible).slice(start, end);
  const expectation = 'the copies of the environment must be divisible among workers';
  throw new InputError(message('inThisThread', expectation, env.spec.id, 'Pass a SyncVectorEnv, or take one worker'));
}
