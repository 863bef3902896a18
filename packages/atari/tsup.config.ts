import { library } from '../../tools/build-preset/index.ts';

export default library({
  neutral: { index: 'src/index.ts', register: 'src/register.ts', 'no-roms': 'src/roms/no-roms.ts' },
  node: { 'node-roms': 'src/roms/node-roms.ts' },
  own: { '#roms': 'src/roms/node-roms.ts' },
});
