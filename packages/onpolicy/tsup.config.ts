import { library } from '../../tools/build-preset/index.ts';

export default library({
  neutral: { index: 'src/index.ts' },
  node: { node: 'src/workers/node.ts', 'worker-thread': 'src/workers/worker-thread.ts' },
});
