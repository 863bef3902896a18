import type { TabularConfig } from './tabular-fields.ts';
import { trainTabular } from './train-tabular.ts';

/** What the tabular algorithms have in common, as their descriptors say it. */
export const tabularRegime = {
  learnsFrom: 'steps',
  spaces: { actions: ['discrete'], observations: ['discrete'] },
  copies: ({ numEnvs }: TabularConfig) => numEnvs,
  train: trainTabular,
} as const;
