import { program } from '../../tools/build-preset/index.ts';

export default program({
  main: 'src/main.ts',
  'policy-thread': 'src/watch/policy-thread.ts',
  'command-process': 'src/processes/command-process.ts',
  'engine-process': 'src/processes/engine-process.ts',
});
