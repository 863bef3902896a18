import { InputError, message } from '@zpin/contracts';
import type { RunFiles } from '../run-store.ts';

const refuse = (where: string, option: string): never => {
  const remedy = 'Leave it out, or run in Node; a browser tab can keep policy() and checkpoint events by itself';
  throw new InputError(message(where, `${option} needs files`, 'a browser tab', remedy));
};

/** Files of runs, where there are none: in a browser tab. */
export const files: RunFiles = {
  // What browsers let a tab have at most.
  memory: () => 2 ** 34,
  createStore: (_path, { where, option }) => refuse(where, option('runDir')),
  checkFilms: (_plan, { where, option }) => refuse(where, option('films')),
  lock: (_path, { where }) => refuse(where, 'a run folder'),
  readSaved: (_path, { where }) => refuse(where, 'a run folder'),
  registerEnvFile: async (_choice, { where }) => {
    const remedy = 'Import it, and pass a function that makes copies';
    throw new InputError(message(where, 'an environment in a file needs files', 'a browser tab', remedy));
  },
  readDataset: async (_path, _spec, { where, option }) => refuse(where, `${option('dataset')} as a file name`),
  datasetTarget: async (_file, _bytes, { where, option }) => refuse(where, option('recordDataset')),
};
