import { writeFileSync } from 'node:fs';
import { homebrewModule } from './homebrew-cartridges.ts';

writeFileSync(new URL('../src/homebrew/cartridges.ts', import.meta.url), homebrewModule());
