import type { EnvSpec, NumericArray } from '@zpin/contracts';
import {
  DOWN,
  MinAtarGame,
  type MinAtarOptions,
  type MinAtarRules,
  minAtarEntries,
  minAtarSpec,
  SIZE,
  UP,
} from './minatar-game.ts';

const CARS = 8;
const CHICKEN_X = 4;
/** Steps between two moves of the chicken. */
const REST = 3;
const GAME_LENGTH = 2500;

// Places in the state.
const CHICKEN_Y = 1;
const MOVE_TIMER = 2;
const CLOCK = 3;
/** Column, steps to the next move, and speed of each car. */
const CAR_X = 4;
const CAR_TIMER = CAR_X + CARS;
const CAR_SPEED = CAR_TIMER + CARS;

const rules: MinAtarRules = {
  channels: ['chicken', 'car', 'speed1', 'speed2', 'speed3', 'speed4', 'speed5'],
  minimalActions: [0, UP, DOWN],
  stateSize: 3 + 3 * CARS,
};

/** Spaces, time limit and threshold of `MinAtar/Freeway-v1`. */
export const minAtarFreeway = minAtarSpec('Freeway', rules);

/** Bring a chicken across eight lanes: 1 each time. A car throws it back to the start. The game lasts 2,501 steps. */
export class MinAtarFreeway extends MinAtarGame {
  constructor(spec: EnvSpec = minAtarFreeway, options: Partial<MinAtarOptions> = {}) {
    super(spec, rules, options);
  }

  protected override setUp(): void {
    const { world } = this;
    world[CHICKEN_Y] = SIZE - 1;
    world[MOVE_TIMER] = REST;
    world[CLOCK] = GAME_LENGTH;
    this.#drawSpeeds();
  }

  protected override act(action: number): void {
    const { world } = this;
    if ((action === UP || action === DOWN) && world[MOVE_TIMER] === 0) {
      world[MOVE_TIMER] = REST;
      world[CHICKEN_Y] = Math.max(0, Math.min(SIZE - 1, world[CHICKEN_Y] + (action === UP ? -1 : 1)));
    }
    if (world[CHICKEN_Y] === 0) {
      this.reward = 1;
      this.#drawSpeeds();
      world[CHICKEN_Y] = SIZE - 1;
    }
    for (let car = 0; car < CARS; car++) this.#drive(car);
    if (world[MOVE_TIMER] > 0) world[MOVE_TIMER]--;
    world[CLOCK]--;
    this.terminated = world[CLOCK] < 0;
  }

  protected override draw(out: NumericArray, offset: number): void {
    const { world } = this;
    this.mark(out, offset, CHICKEN_X, world[CHICKEN_Y], 0);
    for (let car = 0; car < CARS; car++) {
      const x = world[CAR_X + car];
      const speed = world[CAR_SPEED + car];
      this.mark(out, offset, x, car + 1, 1);
      // A trail behind the car shows where it goes, its channel how fast.
      this.mark(out, offset, wrap(speed > 0 ? x - 1 : x + 1), car + 1, 1 + Math.abs(speed));
    }
  }

  #drive(car: number): void {
    const { world } = this;
    this.#hit(car);
    if (world[CAR_TIMER + car] > 0) {
      world[CAR_TIMER + car]--;
      return;
    }
    const speed = world[CAR_SPEED + car];
    world[CAR_TIMER + car] = Math.abs(speed);
    world[CAR_X + car] = wrap(world[CAR_X + car] + (speed > 0 ? 1 : -1));
    this.#hit(car);
  }

  #hit(car: number): void {
    if (this.world[CAR_X + car] === CHICKEN_X && this.world[CHICKEN_Y] === car + 1) this.world[CHICKEN_Y] = SIZE - 1;
  }

  #drawSpeeds(): void {
    const { world, rng } = this;
    for (let car = 0; car < CARS; car++) world[CAR_SPEED + car] = rng.integers(1, 6);
    for (let car = 0; car < CARS; car++) {
      world[CAR_TIMER + car] = world[CAR_SPEED + car];
      if (rng.random() < 0.5) world[CAR_SPEED + car] *= -1;
    }
  }
}

export const freewayEntries = minAtarEntries(minAtarFreeway, 'Bring a chicken across eight lanes of cars.', MinAtarFreeway);

function wrap(x: number): number {
  return (x + SIZE) % SIZE;
}
