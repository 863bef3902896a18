/** What tells the name of a policy of `@zpin/policies` from a run folder. */
export const POLICY_PREFIX = 'hub:';

/** Whether a text names a policy of `@zpin/policies`: `hub:ppo/CartPole-v1`. */
export function isPolicyName(text: string): boolean {
  return text.startsWith(POLICY_PREFIX);
}
