import type { EnvSpec, NumericArray } from '@zpin/contracts';
import {
  LEFT,
  MinAtarGame,
  type MinAtarOptions,
  type MinAtarRules,
  minAtarEntries,
  minAtarSpec,
  RIGHT,
  SIZE,
} from './minatar-game.ts';

// Places in the state.
const BALL_X = 1;
const BALL_Y = 2;
/** Heading: 0 up left, 1 up right, 2 down right, 3 down left. */
const HEADING = 3;
const PADDLE = 4;
/** 1 while the ball is inside a run of bricks, of which only the first one breaks. */
const STRIKE = 5;
const LAST_X = 6;
const LAST_Y = 7;
/** Three rows of bricks, one bit per column. */
const BRICKS = 8;

const FULL_ROW = (1 << SIZE) - 1;
const STEP_X = [-1, 1, 1, -1];
const STEP_Y = [-1, -1, 1, 1];
const FLIP_X = [1, 0, 3, 2];
const FLIP_Y = [3, 2, 1, 0];
const REVERSE = [2, 3, 0, 1];

const rules: MinAtarRules = { channels: ['paddle', 'ball', 'trail', 'brick'], minimalActions: [0, LEFT, RIGHT], stateSize: 10 };

/** Spaces, time limit and threshold of `MinAtar/Breakout-v1`. */
export const minAtarBreakout = minAtarSpec('Breakout', rules);

/** Break bricks with a ball: 1 each. The game ends when the paddle misses the ball; a cleared wall is built anew. */
export class MinAtarBreakout extends MinAtarGame {
  constructor(spec: EnvSpec = minAtarBreakout, options: Partial<MinAtarOptions> = {}) {
    super(spec, rules, options);
  }

  protected override setUp(): void {
    const { world } = this;
    const isRight = this.rng.integers(0, 2) === 1;
    world[BALL_X] = isRight ? 9 : 0;
    world[HEADING] = isRight ? 3 : 2;
    world[BALL_Y] = 3;
    world[PADDLE] = 4;
    world[LAST_X] = world[BALL_X];
    world[LAST_Y] = 3;
    world.fill(FULL_ROW, BRICKS, BRICKS + 3);
  }

  protected override act(action: number): void {
    const { world } = this;
    if (action === LEFT) world[PADDLE] = Math.max(0, world[PADDLE] - 1);
    else if (action === RIGHT) world[PADDLE] = Math.min(SIZE - 1, world[PADDLE] + 1);
    world[LAST_X] = world[BALL_X];
    world[LAST_Y] = world[BALL_Y];
    let x = world[BALL_X] + STEP_X[world[HEADING]];
    const y = world[BALL_Y] + STEP_Y[world[HEADING]];
    if (x < 0 || x >= SIZE) {
      x = Math.max(0, Math.min(SIZE - 1, x));
      world[HEADING] = FLIP_X[world[HEADING]];
    }
    const isStriking = y >= 1 && y <= 3 && (world[BRICKS + y - 1] & (1 << x)) !== 0;
    world[BALL_X] = x;
    world[BALL_Y] = y;
    if (y < 0) this.#bounce(0);
    else if (isStriking) this.#strike(x, y);
    else if (y === SIZE - 1) this.#meetPaddle(x);
    if (!isStriking) world[STRIKE] = 0;
  }

  protected override draw(out: NumericArray, offset: number): void {
    const { world } = this;
    this.mark(out, offset, world[PADDLE], SIZE - 1, 0);
    this.mark(out, offset, world[BALL_X], world[BALL_Y], 1);
    this.mark(out, offset, world[LAST_X], world[LAST_Y], 2);
    for (let row = 0; row < 3; row++) {
      for (let x = 0; x < SIZE; x++) if (world[BRICKS + row] & (1 << x)) this.mark(out, offset, x, row + 1, 3);
    }
  }

  /** Turns the ball around vertically, in row `y`. */
  #bounce(y: number): void {
    this.world[BALL_Y] = y;
    this.world[HEADING] = FLIP_Y[this.world[HEADING]];
  }

  #strike(x: number, y: number): void {
    const { world } = this;
    if (world[STRIKE] === 1) return;
    this.reward++;
    world[STRIKE] = 1;
    world[BRICKS + y - 1] &= ~(1 << x);
    this.#bounce(world[LAST_Y]);
  }

  #meetPaddle(x: number): void {
    const { world } = this;
    if ((world[BRICKS] | world[BRICKS + 1] | world[BRICKS + 2]) === 0) world.fill(FULL_ROW, BRICKS, BRICKS + 3);
    if (world[LAST_X] === world[PADDLE]) {
      this.#bounce(world[LAST_Y]);
    } else if (x === world[PADDLE]) {
      world[HEADING] = REVERSE[world[HEADING]];
      world[BALL_Y] = world[LAST_Y];
    } else {
      this.terminated = true;
    }
  }
}

export const breakoutEntries = minAtarEntries(minAtarBreakout, 'Break bricks with a ball and a paddle.', MinAtarBreakout);
