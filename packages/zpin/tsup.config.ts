import { library } from '../../tools/build-preset/index.ts';

export default library({
  neutral: {
    index: 'src/index.ts',
    catalog: 'src/catalog.ts',
    'no-files': 'src/platform/no-files.ts',
    'no-python': 'src/platform/no-python.ts',
    'no-threads': 'src/platform/no-threads.ts',
  },
  node: {
    node: 'src/node.ts',
    'node-files': 'src/platform/node-files.ts',
    'node-python': 'src/platform/node-python.ts',
    'node-threads': 'src/platform/node-threads.ts',
    'own-env-thread': 'src/files/own-env-thread.ts',
  },
  own: {
    '#files': 'src/platform/node-files.ts',
    '#python': 'src/platform/node-python.ts',
    '#threads': 'src/platform/node-threads.ts',
  },
});
