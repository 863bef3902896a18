import {
  type BoxSpace,
  box,
  discrete,
  type EnvInfo,
  type EnvSpec,
  type EnvState,
  type Frame,
  field,
  InputError,
  message,
  type NumericArray,
  type ValuesOf,
} from '@zpin/contracts';
import { ArrayEnv } from '@zpin/envs';
import { Console, SCREEN_HEIGHT, SCREEN_WIDTH } from './console/console.ts';
import { ACTION_NAMES } from './console/controls.ts';
import type { Game } from './games/game.ts';

/** Frames that the Arcade Learning Environment lets a program run before it looks at it. */
const WARM_UP_FRAMES = 60;
/** Frames for which it holds the reset switch to start a game, and once more before it chooses one of several modes. */
const RESET_FRAMES = 8;
const EARLY_RESET_FRAMES = 4;
/** Frames after which an episode is cut off: half an hour. */
export const MAX_FRAMES = 108_000;

export const atariOptions = {
  rom: field.text({ default: null, meaning: 'path of the cartridge; null looks in ZPIN_ROMS and in an installed ale_py' }),
  obsType: field.choice(['rgb', 'grayscale', 'ram'], { default: 'rgb', meaning: 'what is observed: the picture, or the memory' }),
  frameSkip: field.count({ default: 4, meaning: 'frames for which an action is held' }),
  stickyProbability: field.probability({
    default: 0.25,
    meaning: 'probability, in each frame, that the previous action is held on instead of the chosen one',
  }),
  fullActionSpace: field.boolean({ default: false, meaning: 'whether to offer all eighteen actions' }),
  mode: field.integer({
    default: null,
    min: 0,
    max: 255,
    meaning: 'mode of the game, by the number that the Arcade Learning Environment gives it; null: the one in which it starts',
  }),
  difficulty: field.integer({
    default: 0,
    min: 0,
    max: 3,
    meaning: 'difficulty switches, of those that the game knows: 1 the left one at A, 2 the right one, 3 both',
  }),
  powerOn: field.choice(['ale', 'zeros'], {
    default: 'ale',
    meaning: 'memory after power-on: as in the Arcade Learning Environment, or clear',
  }),
};

/** Settings of an environment whose cartridge is at hand. */
export type AtariOptions = Omit<ValuesOf<typeof atariOptions>, 'rom'>;

// Places in the state, behind that of the console.
const HELD = 0;
const SCORE = 1;
const LIVES = 2;
const FRAMES = 3;
const OWN = 4;

/** The spec of a game with the default options. */
export function atariSpec(name: string, actions: readonly number[]): EnvSpec {
  return {
    id: `Atari/${name}-v5`,
    observationSpace: observationSpaces.rgb,
    actionSpace: discrete(actions.length),
    maxEpisodeSteps: MAX_FRAMES / 4,
    rewardThreshold: null,
  };
}

const bytes = (...shape: readonly number[]) => box({ low: 0, high: 255, shape, dtype: 'uint8' });
/** One of each kind for all games: a picture has 100,800 bounds on either side. */
const observationSpaces: Readonly<Record<AtariOptions['obsType'], BoxSpace>> = {
  ram: bytes(128),
  rgb: bytes(SCREEN_HEIGHT, SCREEN_WIDTH, 3),
  grayscale: bytes(SCREEN_HEIGHT, SCREEN_WIDTH),
};

function knownDifficulty(where: string, { difficulties }: Game, difficulty: number): number {
  if (difficulties.includes(difficulty)) return difficulty;
  const remedy = 'Choose one of these, or leave it out';
  throw new InputError(message(where, `difficulty must be one of ${difficulties.join(', ')}`, difficulty, remedy));
}

/** Presses of the select switch that lead to a mode. */
function pressesFor(where: string, { modes }: Game, mode: number | null): number {
  const presses = mode === null ? 0 : modes ? modes.presses.get(mode) : mode === 0 ? 0 : undefined;
  if (presses !== undefined) return presses;
  const known = [...(modes?.presses.keys() ?? [0])].join(', ');
  throw new InputError(message(where, `mode must be one of ${known}`, mode, 'Choose one of these, or leave it out'));
}

/**
 * A game for the Atari 2600 by the rules of the Arcade Learning Environment's v5 (Machado et al. 2018). Observation: the picture
 * `[210, 160, 3]` or `[210, 160]`, or the memory `[128]`, uint8, after the last of the frames for which an action was held. Actions:
 * those that the game uses, or all eighteen. The reward is what the score rose by. Infos have `lives` and `frame`, the frames of this
 * episode.
 */
export class AtariEnv extends ArrayEnv<Uint8Array, number> {
  readonly console: Console;
  readonly game: Game;
  protected override readonly world: Int32Array;
  readonly #options: AtariOptions;
  readonly #actions: readonly number[];
  /** Of the select switch, before each game. */
  readonly #presses: number;
  /** The console before a frame that is not drawn, in case that it should have been. */
  readonly #before: Int32Array;
  /** Generator of the last start: another one means that the environment was seeded. */
  #seeded: unknown = null;

  constructor(spec: EnvSpec, game: Game, rom: Uint8Array, options: AtariOptions) {
    const actions = options.fullActionSpace ? ACTION_NAMES.map((_, action) => action) : game.actions;
    super({ ...spec, actionSpace: discrete(actions.length), observationSpace: observationSpaces[options.obsType] });
    const { controller, firstLine, hasComb } = game;
    this.console = new Console(rom, {
      powerOn: options.powerOn,
      ...(controller !== undefined && { controller }),
      ...(firstLine !== undefined && { firstLine }),
      ...(hasComb !== undefined && { hasComb }),
    });
    this.console.difficulty = knownDifficulty(spec.id, game, options.difficulty);
    this.#presses = pressesFor(spec.id, game, options.mode);
    this.game = game;
    this.#options = options;
    this.#actions = actions;
    this.world = new Int32Array(OWN + this.console.stateSize);
    this.#before = new Int32Array(this.console.stateSize);
  }

  /** The actions of its action space, in its order, by name. */
  get actionNames(): readonly string[] {
    return this.#actions.map(action => ACTION_NAMES[action]);
  }

  /** Lives that are left; 0 in games without. */
  get lives(): number {
    return this.world[LIVES];
  }

  protected override start(): void {
    const { console, game, world } = this;
    console.isDrawing = true;
    if (this.#seeded !== this.rng) {
      this.#seeded = this.rng;
      console.powerOn();
      this.#idle(WARM_UP_FRAMES);
      console.skipNoise();
      this.#begin();
    }
    this.#begin();
    if (game.chanceAddress !== undefined) console.ram[game.chanceAddress & 0x7f] = this.rng.integers(1, 256);
    world[HELD] = 0;
    world[FRAMES] = 0;
    world[SCORE] = game.rules.score(console.ram);
    world[LIVES] = game.rules.lives?.(console.ram, game.rules.firstLives ?? 0) ?? 0;
  }

  /** Starts a game as the Arcade Learning Environment does. */
  #begin(): void {
    const { console, game } = this;
    console.reset();
    this.#idle(WARM_UP_FRAMES);
    if (game.modes) {
      console.holdReset(EARLY_RESET_FRAMES);
      for (let press = 0; press < this.#presses; press++) {
        console.holdSelect(game.modes.held);
        console.frame();
      }
    }
    console.holdReset(RESET_FRAMES);
    for (const action of game.startActions ?? []) {
      console.controls.hold(action);
      console.frame();
    }
    console.controls.hold(0);
  }

  #idle(frames: number): void {
    for (let i = 0; i < frames; i++) this.console.frame();
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const { console, rng, world } = this;
    const { frameSkip, stickyProbability } = this.#options;
    const action = this.#actions[actions[offset]];
    for (let frame = 1; frame <= frameSkip && !this.terminated; frame++) {
      if (!(stickyProbability > 0 && rng.random() < stickyProbability)) world[HELD] = action;
      const isSeen = frame === frameSkip && this.isStepObserved;
      if (!isSeen) console.save(this.#before);
      console.isDrawing = isSeen;
      this.#play(world[HELD]);
      if (this.terminated && !isSeen) {
        // The last frame of a game is one that is seen, if only by who renders it.
        console.load(this.#before);
        console.isDrawing = true;
        console.controls.hold(world[HELD]);
        console.frame();
      }
    }
  }

  /** Plays one frame, and reads from the memory what came of it. */
  #play(action: number): void {
    const { console, world } = this;
    const { rules } = this.game;
    console.controls.hold(action);
    console.frame();
    world[FRAMES]++;
    const { ram } = console;
    const score = rules.score(ram);
    let reward = score - world[SCORE];
    if (reward < 0 && rules.scoreWraps !== undefined) reward += rules.scoreWraps;
    if (rules.rewardBounds) reward = Math.max(rules.rewardBounds[0], Math.min(rules.rewardBounds[1], reward));
    world[SCORE] = score;
    const lives = rules.lives?.(ram, world[LIVES]) ?? 0;
    this.terminated = rules.isOver(ram, lives);
    world[LIVES] = this.terminated ? 0 : lives;
    if (!(this.terminated && rules.paysNothingAtEnd)) this.reward += reward;
  }

  protected override observe(out: NumericArray, offset: number): void {
    const { console } = this;
    const { obsType } = this.#options;
    if (obsType === 'rgb') console.writeRgb(out as Uint8Array, offset);
    else if (obsType === 'grayscale') console.writeGray(out as Uint8Array, offset);
    else out.set(console.ram, offset);
  }

  /** Nobody wants them in curves; what counts is there as success or return. */
  protected override get tellsInfo(): boolean {
    return false;
  }

  protected override info(): EnvInfo {
    return { lives: this.world[LIVES], frame: this.world[FRAMES] };
  }

  render(): Frame {
    const data = new Uint8ClampedArray(SCREEN_WIDTH * SCREEN_HEIGHT * 3);
    this.console.writeRgb(new Uint8Array(data.buffer));
    return { width: SCREEN_WIDTH, height: SCREEN_HEIGHT, data };
  }

  override state(): EnvState {
    this.console.save(this.world, OWN);
    return super.state();
  }

  override restore(state: EnvState): void {
    super.restore(state);
    this.console.load(this.world, OWN);
    // A console that was never switched on is switched on by the next reset.
    this.#seeded = state.phase === 'new' ? null : this.rng;
  }
}
