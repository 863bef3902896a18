// From a fresh clone to a trained agent: installs, builds, trains PPO on CartPole-v1, evaluates it and shows the learning curve.
import { heading, install, providePnpm, requireNode } from './toolchain.mjs';

requireNode();
providePnpm();
install();
heading('Training PPO on CartPole-v1');
process.argv.splice(2, 0, 'train', 'ppo', '--env', 'CartPole-v1');
await import('./zpin.mjs');
