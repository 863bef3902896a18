import { library } from '../../tools/build-preset/index.ts';

export default library({
  neutral: {},
  node: { index: 'src/index.ts', register: 'src/register.ts', 'child-thread': 'src/child-thread.ts' },
});
