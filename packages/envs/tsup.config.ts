import { library } from '../../tools/build-preset/index.ts';

export default library({
  neutral: { index: 'src/index.ts' },
  node: { node: 'src/node.ts', 'env-worker': 'src/vector/env-worker.ts' },
});
