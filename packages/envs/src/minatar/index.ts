export { MinAtarAsterix, minAtarAsterix } from './asterix.ts';
export { MinAtarBreakout, minAtarBreakout } from './breakout.ts';
export { MinAtarFreeway, minAtarFreeway } from './freeway.ts';
export { MinAtarGame, type MinAtarOptions, type MinAtarRules, minAtarSpec } from './minatar-game.ts';
export { MinAtarSeaquest, minAtarSeaquest } from './seaquest.ts';
export { MinAtarSpaceInvaders, minAtarSpaceInvaders } from './space-invaders.ts';
