export type { ActionBox } from './action-box.ts';
export { actionBox } from './action-box.ts';
export type { CriticOptions, Critics } from './critics.ts';
export { critics, smallest } from './critics.ts';
export { polyak } from './polyak.ts';
export type { SacConfig, SacTargetInput } from './sac.ts';
export { sac, sacActorLoss, sacConfig, sacCriticLoss, sacNetworks, sacTarget, temperatureLoss } from './sac.ts';
