import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { inScratchFolder } from '../../../../tools/testing/scratch-folder.ts';
import { probeEngines } from './probe-engines.ts';

inScratchFolder();

it('an engine that ends its process is told of as such, and those behind it are tried in another one', async () => {
  writeFileSync(
    'breaks.mjs',
    `process.on('message', async names => {
      for (const name of names) {
        console.error('a library has something to say');
        if (name === 'webgpu') process.kill(process.pid, 'SIGKILL');
        await new Promise(resolve => process.send({ name, description: 'made in ' + process.pid, problem: null }, resolve));
      }
      process.exit();
    });`,
  );
  const found = await probeEngines(['onnx', 'webgpu', 'tensorflow', 'wasm'], pathToFileURL(resolve('breaks.mjs')));
  expect(found.map(({ name }) => name)).toEqual(['onnx', 'webgpu', 'tensorflow', 'wasm']);
  expect(found[1]).toEqual({ name: 'webgpu', description: null, problem: 'its process was ended by SIGKILL' });
  const [first, , third, fourth] = found.map(({ description }) => description);
  expect(first).toMatch(/^made in \d+$/);
  expect(third).toBe(fourth);
  expect(third).not.toBe(first);
});

it('a process that never begins is a problem of each engine', async () => {
  const found = await probeEngines(['onnx', 'wasm'], pathToFileURL(resolve('none.mjs')));
  expect(found.map(({ problem }) => problem)).toEqual(['its process was ended by code 1', 'its process was ended by code 1']);
});
