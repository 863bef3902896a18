import { expect, it } from 'vitest';
import { asTyped, commandOf } from './command-text.ts';

const NPM = 'npm/10.8.2 node/v20.20.2 linux x64';
const PNPM = 'pnpm/10.34.9 npm/? node/v20.20.2 linux x64';

it.each<[string, Record<string, string>, string]>([
  ['zpin', {}, '/usr/local/bin/zpin'],
  ['npx @zpin/cli', { npm_command: 'exec', npm_config_user_agent: NPM }, '/home/me/.npm/_npx/1f/node_modules/.bin/zpin'],
  ['npx zpin', { npm_command: 'exec', npm_config_user_agent: NPM }, '/home/me/maze/node_modules/.bin/zpin'],
  [
    'npx zpin',
    { npm_command: 'run-script', npm_lifecycle_event: 'train', npm_config_user_agent: NPM },
    '/home/me/maze/node_modules/.bin/zpin',
  ],
  ['pnpm exec zpin', { npm_command: 'run-script', npm_config_user_agent: PNPM }, '/home/me/maze/node_modules/.bin/zpin'],
  ['pnpm dlx @zpin/cli', { npm_config_user_agent: PNPM }, '/home/me/.cache/pnpm/dlx/ab/node_modules/.bin/zpin'],
  ['npm run zpin --', { ZPIN_COMMAND: 'npm run zpin --', npm_command: 'run-script' }, '/home/me/zpin/apps/cli/dist/main.js'],
])('is called by %s', (command, env, script) => {
  expect(commandOf(env, script)).toBe(command);
});

it('puts the command that a user has into what he is told to type, and leaves names alone', () => {
  const text =
    'zpin train ppo: --env must be given, got "nothing". Write zpin eval run (zpin list envs shows all); zpin made it.';
  expect(asTyped(text, 'npx zpin')).toBe(
    'zpin train ppo: --env must be given, got "nothing". Write npx zpin eval run (npx zpin list envs shows all); zpin made it.',
  );
  expect(asTyped(text, 'zpin')).toBe(text);
});
