import { library } from '../../tools/build-preset/index.ts';

export default library({
  neutral: { index: 'src/index.ts' },
  node: {
    node: 'src/node.ts',
    postgres: 'src/postgres/index.ts',
    'database-process': 'src/postgres/database-process.ts',
  },
});
