import type { EnvSpec, NumericArray } from '@zpin/contracts';
import {
  FIRE,
  LEFT,
  MinAtarGame,
  type MinAtarOptions,
  type MinAtarRules,
  minAtarEntries,
  minAtarSpec,
  RIGHT,
  SIZE,
} from './minatar-game.ts';

const START_MOVE_INTERVAL = 12;
const FASTEST_MOVE_INTERVAL = 6;
const ENEMY_SHOT_INTERVAL = 10;
const SHOT_COOLDOWN = 5;
/** Columns 2 … 7, one bit per column. */
const WAVE_ROW = 0b0011111100;

// Places in the state. Boards take one number per row, with one bit per column.
const X = 1;
const COOLDOWN = 2;
const MOVE_INTERVAL = 3;
const MOVE_TIMER = 4;
const ENEMY_SHOT_TIMER = 5;
/** −1 left, 1 right. */
const DIRECTION = 6;
const SHOTS = 7;
const ENEMY_SHOTS = SHOTS + SIZE;
const ALIENS = ENEMY_SHOTS + SIZE;

const BOTTOM = SIZE - 1;

const rules: MinAtarRules = {
  channels: ['cannon', 'alien', 'alien_left', 'alien_right', 'friendly_bullet', 'enemy_bullet'],
  minimalActions: [0, LEFT, RIGHT, FIRE],
  stateSize: 6 + 3 * SIZE,
};

/** Spaces, time limit and threshold of `MinAtar/SpaceInvaders-v1`. */
export const minAtarSpaceInvaders = minAtarSpec('SpaceInvaders', rules);

/** Shoot aliens, 1 each, before they or their shots reach the cannon; the next wave is faster. */
export class MinAtarSpaceInvaders extends MinAtarGame {
  constructor(spec: EnvSpec = minAtarSpaceInvaders, options: Partial<MinAtarOptions> = {}) {
    super(spec, rules, options);
  }

  protected override setUp(): void {
    const { world } = this;
    world[X] = 5;
    world[MOVE_INTERVAL] = START_MOVE_INTERVAL;
    world[MOVE_TIMER] = START_MOVE_INTERVAL;
    world[ENEMY_SHOT_TIMER] = ENEMY_SHOT_INTERVAL;
    world[DIRECTION] = -1;
    world.fill(WAVE_ROW, ALIENS, ALIENS + 4);
  }

  protected override act(action: number): void {
    const { world } = this;
    if (action === FIRE && world[COOLDOWN] === 0) {
      world[SHOTS + BOTTOM] |= 1 << world[X];
      world[COOLDOWN] = SHOT_COOLDOWN;
    } else if (action === LEFT) world[X] = Math.max(0, world[X] - 1);
    else if (action === RIGHT) world[X] = Math.min(BOTTOM, world[X] + 1);
    const cannon = 1 << world[X];
    world.copyWithin(SHOTS, SHOTS + 1, SHOTS + SIZE);
    world[SHOTS + BOTTOM] = 0;
    world.copyWithin(ENEMY_SHOTS + 1, ENEMY_SHOTS, ENEMY_SHOTS + BOTTOM);
    world[ENEMY_SHOTS] = 0;
    if (world[ENEMY_SHOTS + BOTTOM] & cannon || world[ALIENS + BOTTOM] & cannon) this.terminated = true;
    if (world[MOVE_TIMER] === 0) {
      world[MOVE_TIMER] = Math.min(this.#countAliens(), world[MOVE_INTERVAL]);
      this.#march();
      if (world[ALIENS + BOTTOM] & cannon) this.terminated = true;
    }
    if (world[ENEMY_SHOT_TIMER] === 0) {
      world[ENEMY_SHOT_TIMER] = ENEMY_SHOT_INTERVAL;
      this.#shootBack();
    }
    this.#collide();
    if (world[COOLDOWN] > 0) world[COOLDOWN]--;
    world[MOVE_TIMER]--;
    world[ENEMY_SHOT_TIMER]--;
    if (this.#countAliens() === 0) {
      if (this.isRamping && world[MOVE_INTERVAL] > FASTEST_MOVE_INTERVAL) world[MOVE_INTERVAL]--;
      world.fill(WAVE_ROW, ALIENS, ALIENS + 4);
    }
  }

  protected override draw(out: NumericArray, offset: number): void {
    const { world } = this;
    this.mark(out, offset, world[X], BOTTOM, 0);
    const headingChannel = world[DIRECTION] < 0 ? 2 : 3;
    for (let y = 0; y < SIZE; y++) {
      const aliens = world[ALIENS + y];
      const shots = world[SHOTS + y];
      const enemyShots = world[ENEMY_SHOTS + y];
      if ((aliens | shots | enemyShots) === 0) continue;
      for (let x = 0; x < SIZE; x++) {
        if (aliens & (1 << x)) {
          this.mark(out, offset, x, y, 1);
          this.mark(out, offset, x, y, headingChannel);
        }
        if (shots & (1 << x)) this.mark(out, offset, x, y, 4);
        if (enemyShots & (1 << x)) this.mark(out, offset, x, y, 5);
      }
    }
  }

  /** The swarm moves sideways, or at the edge one row down, and turns. */
  #march(): void {
    const { world } = this;
    let columns = 0;
    for (let y = 0; y < SIZE; y++) columns |= world[ALIENS + y];
    const isLeftward = world[DIRECTION] < 0;
    if (columns & (isLeftward ? 1 : 1 << BOTTOM)) {
      world[DIRECTION] = -world[DIRECTION];
      const lowest = world[ALIENS + BOTTOM];
      if (lowest !== 0) this.terminated = true;
      world.copyWithin(ALIENS + 1, ALIENS, ALIENS + BOTTOM);
      world[ALIENS] = lowest;
      return;
    }
    for (let y = 0; y < SIZE; y++) world[ALIENS + y] = isLeftward ? world[ALIENS + y] >> 1 : world[ALIENS + y] << 1;
  }

  /** The lowest alien of the column nearest to the cannon shoots; of two columns equally near, the left one. */
  #shootBack(): void {
    const { world } = this;
    for (let distance = 0; distance < SIZE; distance++) {
      for (let side = -1; side <= 1; side += 2) {
        const x = world[X] + side * distance;
        if (x < 0 || x >= SIZE) continue;
        for (let y = BOTTOM; y >= 0; y--) {
          if ((world[ALIENS + y] & (1 << x)) === 0) continue;
          world[ENEMY_SHOTS + y] |= 1 << x;
          return;
        }
      }
    }
  }

  #collide(): void {
    const { world } = this;
    for (let y = 0; y < SIZE; y++) {
      const hits = world[ALIENS + y] & world[SHOTS + y];
      if (hits === 0) continue;
      this.reward += countBits(hits);
      world[ALIENS + y] ^= hits;
      world[SHOTS + y] ^= hits;
    }
  }

  #countAliens(): number {
    let count = 0;
    for (let y = 0; y < SIZE; y++) count += countBits(this.world[ALIENS + y]);
    return count;
  }
}

export const spaceInvadersEntries = minAtarEntries(minAtarSpaceInvaders, 'Shoot aliens before they land.', MinAtarSpaceInvaders);

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
