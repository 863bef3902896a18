/**
 * Probability that a standard normal is below x, to 14 digits; to 8 digits of the number itself in the far left tail (Hart et al.
 * 1968, algorithm 5666, in the form of West 2005, "Better approximations to cumulative normal functions").
 */
export function normalCdf(x: number): number {
  const z = Math.abs(x);
  const tail = z > 37 ? 0 : Math.exp((-z * z) / 2) * (z < 7.07106781186547 ? rational(z) : fraction(z));
  return x > 0 ? 1 - tail : tail;
}

/** Probability that a standard normal lies in [low, high]; both ends are taken to the left, where differences stay exact. */
export function normalMass(low: number, high: number): number {
  return low > 0 ? normalCdf(-low) - normalCdf(-high) : normalCdf(high) - normalCdf(low);
}

function rational(z: number): number {
  let above = 3.52624965998911e-2 * z + 0.700383064443688;
  above = above * z + 6.37396220353165;
  above = above * z + 33.912866078383;
  above = above * z + 112.079291497871;
  above = above * z + 221.213596169931;
  above = above * z + 220.206867912376;
  let below = 8.83883476483184e-2 * z + 1.75566716318264;
  below = below * z + 16.064177579207;
  below = below * z + 86.7807322029461;
  below = below * z + 296.564248779674;
  below = below * z + 637.333633378831;
  below = below * z + 793.826512519948;
  below = below * z + 440.413735824752;
  return above / below;
}

function fraction(z: number): number {
  let rest = z + 0.65;
  for (let k = 4; k >= 1; k--) rest = z + k / rest;
  return 1 / (rest * Math.sqrt(2 * Math.PI));
}
