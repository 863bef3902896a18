import { library } from '../../tools/build-preset/index.ts';

export default library({
  neutral: { index: 'src/index.ts' },
  node: { node: 'src/node.ts', 'env-worker': 'src/vector/env-worker.ts' },
  // It asks for Node 24 without needing it, so that as a dependency it would keep the library from being installed on Node 20.
  bundled: ['planck'],
});
