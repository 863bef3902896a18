import { expect, it } from 'vitest';
import { libraryNames } from '../src/message-names.ts';
import { files } from '../src/platform/no-files.ts';
import { a3c, dppo } from '../src/platform/no-threads.ts';

it('a browser tab says what it cannot do, and what can be done', async () => {
  const remedy = 'got "a browser tab". Leave it out, or run in Node;';
  expect(() => files.createStore('run', libraryNames('train'))).toThrow(`train: saveTo needs files, ${remedy}`);
  expect(() => files.readSaved('run', libraryNames('load'))).toThrow(`load: a run folder needs files, ${remedy}`);
  await expect(files.readDataset('data', {} as never, libraryNames('train'))).rejects.toThrow(
    'train: dataset as a file name needs',
  );
});

it('algorithms with workers are there without threads too', () => {
  expect([a3c.id, dppo.id]).toEqual(['a3c', 'dppo']);
});
