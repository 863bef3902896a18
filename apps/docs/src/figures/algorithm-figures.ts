import type { Figure } from './figure.ts';
import { offlineFigures } from './offline-figures.ts';
import { policyFigures } from './policy-figures.ts';
import { replayFigures } from './replay-figures.ts';
import { valueFigures } from './value-figures.ts';

/** The picture that explains each algorithm, by its id. */
export const algorithmFigures: Readonly<Record<string, Figure>> = {
  ...valueFigures,
  ...policyFigures,
  ...replayFigures,
  ...offlineFigures,
};
