import type { OfflineAgent, OffPolicyAgent, StateValue } from '@zpin/contracts';

/**
 * An off-policy agent without what only acting in training needs.
 * @param config the settings that the user sees
 */
export function asOffline<Config extends { readonly batchSize: number }>(
  { algorithm, act, progress, update, state, restore, policy, dispose }: OffPolicyAgent,
  config: Config,
): OfflineAgent<Config> {
  return {
    ...{ algorithm, config, batchSize: config.batchSize, act, progress, update, state, restore, dispose },
    ...(policy && {
      policy: async () => ({ ...(await policy()), config: config as Config & Readonly<Record<string, StateValue>> }),
    }),
  };
}
