import { library } from '../../tools/build-preset/index.ts';

export default library({ neutral: { index: 'src/index.ts', webassembly: 'src/webassembly/assembler.ts' } });
