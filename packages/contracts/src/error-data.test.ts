import { expect, it } from 'vitest';
import { errorFromData, errorToData } from './error-data.ts';
import { EnvError, InputError, SpaceError, WorkerError } from './errors.ts';

const travelled = (thrown: unknown) => errorFromData(structuredClone(errorToData(thrown)), 'worker 3');

it('keeps class and message of the errors of this project', () => {
  for (const error of [new SpaceError('a'), new InputError('b'), new WorkerError('c')]) {
    expect(travelled(error)).toBeInstanceOf(error.constructor);
    expect(travelled(error).message).toBe(error.message);
  }
});

it("names the worker beside an environment's failure", () => {
  const { message } = travelled(new EnvError('Own-v0.step, copy 3, at step 12 of its episode: ...'));
  expect(travelled(new EnvError('a'))).toBeInstanceOf(EnvError);
  expect(message).toBe('worker 3: Own-v0.step, copy 3, at step 12 of its episode: ...');
});

it('says which worker threw anything else', () => {
  for (const [thrown, message] of [
    [new TypeError('x is no function'), 'x is no function'],
    ['a text', 'a text'],
  ] as const) {
    expect(travelled(thrown)).toBeInstanceOf(WorkerError);
    expect(travelled(thrown).message).toBe(`worker 3: ${message}`);
  }
});
