import type { EnvSpec, NumericArray } from '@zpin/contracts';
import {
  DOWN,
  LEFT,
  MinAtarGame,
  type MinAtarOptions,
  type MinAtarRules,
  minAtarEntries,
  minAtarSpec,
  RIGHT,
  SIZE,
  UP,
} from './minatar-game.ts';

const SLOTS = 8;
const START_SPAWN_INTERVAL = 10;
const START_MOVE_INTERVAL = 5;
const RAMP_INTERVAL = 100;

// Places in the state.
const X = 1;
const Y = 2;
const SPAWN_INTERVAL = 3;
const SPAWN_TIMER = 4;
const MOVE_INTERVAL = 5;
const MOVE_TIMER = 6;
const RAMP_TIMER = 7;
const RAMPS = 8;
/** Each slot is a row of the board: kind, column and direction (1 or −1) of what is there. */
const KIND = 9;
const ENTITY_X = KIND + SLOTS;
const DIRECTION = ENTITY_X + SLOTS;

const NOTHING = 0;
const ENEMY = 1;
const GOLD = 2;

const rules: MinAtarRules = {
  channels: ['player', 'enemy', 'trail', 'gold'],
  minimalActions: [0, LEFT, UP, RIGHT, DOWN],
  stateSize: 8 + 3 * SLOTS,
};

/** Spaces, time limit and threshold of `MinAtar/Asterix-v1`. */
export const minAtarAsterix = minAtarSpec('Asterix', rules);

/** Collect gold, 1 each, and stay away from enemies; everything gets faster. */
export class MinAtarAsterix extends MinAtarGame {
  constructor(spec: EnvSpec = minAtarAsterix, options: Partial<MinAtarOptions> = {}) {
    super(spec, rules, options);
  }

  protected override setUp(): void {
    const { world } = this;
    world[X] = 5;
    world[Y] = 5;
    world[SPAWN_INTERVAL] = START_SPAWN_INTERVAL;
    world[SPAWN_TIMER] = START_SPAWN_INTERVAL;
    world[MOVE_INTERVAL] = START_MOVE_INTERVAL;
    world[MOVE_TIMER] = START_MOVE_INTERVAL;
    world[RAMP_TIMER] = RAMP_INTERVAL;
  }

  protected override act(action: number): void {
    const { world } = this;
    if (world[SPAWN_TIMER] === 0) {
      this.#spawn();
      world[SPAWN_TIMER] = world[SPAWN_INTERVAL];
    }
    if (action === LEFT) world[X] = Math.max(0, world[X] - 1);
    else if (action === RIGHT) world[X] = Math.min(SIZE - 1, world[X] + 1);
    else if (action === UP) world[Y] = Math.max(1, world[Y] - 1);
    else if (action === DOWN) world[Y] = Math.min(SIZE - 2, world[Y] + 1);
    this.#meet();
    if (world[MOVE_TIMER] === 0) {
      world[MOVE_TIMER] = world[MOVE_INTERVAL];
      for (let slot = 0; slot < SLOTS; slot++) {
        if (world[KIND + slot] === NOTHING) continue;
        world[ENTITY_X + slot] += world[DIRECTION + slot];
        if (world[ENTITY_X + slot] < 0 || world[ENTITY_X + slot] >= SIZE) world[KIND + slot] = NOTHING;
      }
      this.#meet();
    }
    world[SPAWN_TIMER]--;
    world[MOVE_TIMER]--;
    if (this.isRamping) this.#ramp();
  }

  protected override draw(out: NumericArray, offset: number): void {
    const { world } = this;
    this.mark(out, offset, world[X], world[Y], 0);
    for (let slot = 0; slot < SLOTS; slot++) {
      if (world[KIND + slot] === NOTHING) continue;
      const x = world[ENTITY_X + slot];
      this.mark(out, offset, x, slot + 1, world[KIND + slot] === GOLD ? 3 : 1);
      this.mark(out, offset, x - world[DIRECTION + slot], slot + 1, 2);
    }
  }

  /** Only the slot of the player's row can be where he is. */
  #meet(): void {
    const { world } = this;
    const slot = world[Y] - 1;
    if (world[KIND + slot] === NOTHING || world[ENTITY_X + slot] !== world[X]) return;
    if (world[KIND + slot] === ENEMY) {
      this.terminated = true;
    } else {
      this.reward++;
      world[KIND + slot] = NOTHING;
    }
  }

  #spawn(): void {
    const { world, rng } = this;
    const isRightward = rng.random() < 1 / 2;
    const isGold = rng.random() < 1 / 3;
    let free = 0;
    for (let slot = 0; slot < SLOTS; slot++) if (world[KIND + slot] === NOTHING) free++;
    if (free === 0) return;
    let skip = rng.integers(0, free);
    let slot = 0;
    while (world[KIND + slot] !== NOTHING || skip-- > 0) slot++;
    world[KIND + slot] = isGold ? GOLD : ENEMY;
    world[ENTITY_X + slot] = isRightward ? 0 : SIZE - 1;
    world[DIRECTION + slot] = isRightward ? 1 : -1;
  }

  #ramp(): void {
    const { world } = this;
    if (world[SPAWN_INTERVAL] <= 1 && world[MOVE_INTERVAL] <= 1) return;
    if (world[RAMP_TIMER] >= 0) {
      world[RAMP_TIMER]--;
      return;
    }
    if (world[MOVE_INTERVAL] > 1 && world[RAMPS] % 2 === 1) world[MOVE_INTERVAL]--;
    if (world[SPAWN_INTERVAL] > 1) world[SPAWN_INTERVAL]--;
    world[RAMPS]++;
    world[RAMP_TIMER] = RAMP_INTERVAL;
  }
}

export const asterixEntries = minAtarEntries(minAtarAsterix, 'Collect gold and stay away from enemies.', MinAtarAsterix);
