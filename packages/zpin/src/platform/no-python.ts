import { InputError, message } from '@zpin/contracts';

/** Refuses: a browser tab has no Python. */
export async function registerGymnasium(): Promise<void> {
  const remedy = 'Run in Node, or choose an environment that needs no Python';
  throw new InputError(message('train', 'environments of Gymnasium need a process of their own', 'a browser tab', remedy));
}
