const f = Math.fround;

/** Metres by which shapes may overlap, so that contacts last. */
export const LINEAR_SLOP = f(0.005);
/** Radians by which a joint may exceed its limits. */
export const ANGULAR_SLOP = f(f(2 / 180) * f(Math.PI));
/** Thickness of the skin of two shapes together, metres. */
export const SKIN = f(4 * LINEAR_SLOP);
/** Difference between 1 and the next single. */
export const EPSILON = 2 ** -23;
