// Runs the command line app from the sources of this workspace: builds what changed, then hands over to it in this very process.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, install, isInstalled, providePnpm, requireNode, root } from './toolchain.mjs';

requireNode();
providePnpm();
if (!isInstalled()) install();
await build('@zpin/cli');

// What messages tell the user to type: the script that he typed.
const { npm_config_user_agent: agent = '', npm_lifecycle_event: script } = process.env;
const isPnpm = agent.startsWith('pnpm');
process.env.ZPIN_COMMAND ??= !isPnpm
  ? 'npm run zpin --'
  : script === 'zpin' && process.env.INIT_CWD === root
    ? 'pnpm zpin'
    : 'pnpm --filter cli zpin';

// npm and pnpm start scripts in the folder of the package; paths on the command line are meant from where the user stands.
process.chdir(process.env.INIT_CWD ?? process.cwd());
const main = join(root, 'apps', 'cli', 'dist', 'main.js');
process.argv[1] = main;
await import(pathToFileURL(main).href);
