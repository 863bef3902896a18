import {
  discrete,
  type EnvSpec,
  type Frame,
  field,
  type NumericArray,
  readValues,
  tuple,
  type ValueOf,
  type ValuesOf,
} from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';
import type { EnvEntry } from '../env-entry.ts';
import { Canvas, type Color } from '../render/canvas.ts';

/** Sum beyond which a hand has lost. */
const LIMIT = 21;
/** Sum from which the dealer takes no more cards. */
const DEALER_STANDS = 17;
/** An infinite deck: ace, 2 … 10, jack, queen, king. */
const DECK = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10];
const SUITS = 4;
const FACES = 3;
/** Most cards of a hand that goes on: 21 aces, and one that breaks it. */
const HAND = LIMIT + 1;
const PLAYER = 0;
const DEALER = 1 + HAND;

const observationSpace = tuple([discrete(32), discrete(11), discrete(2)]);

/** Spaces, time limit and threshold of `Blackjack-v1`. */
export const blackjackV1: EnvSpec = {
  id: 'Blackjack-v1',
  observationSpace,
  actionSpace: discrete(2),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

export const blackjackOptions = {
  natural: field.boolean({ default: false, meaning: 'pay 1.5 for an ace and a ten that win; counts only without sab' }),
  sab: field.boolean({
    default: true,
    meaning: 'play by the rules of Sutton and Barto: an ace and a ten beat every dealer without them',
  }),
};

export type BlackjackOptions = ValuesOf<typeof blackjackOptions>;

/**
 * Take cards, without going beyond 21, and beat a dealer who takes cards until 17: +1 for a win, −1 for a loss, 0 for a draw, at
 * the end. Actions: stick (0), hit (1). Observation: sum of the player, the card that the dealer shows (1 is an ace), and whether
 * an ace of the player counts as 11. Cards are drawn from an infinite deck. Sutton and Barto, example 5.1, as Gymnasium plays it.
 */
export class Blackjack extends ArrayEnv<ValueOf<typeof observationSpace>, number> {
  /** The hand of the player, then that of the dealer: number of cards, cards. */
  protected override readonly world = new Int32Array(2 * (1 + HAND));
  readonly #options: BlackjackOptions;

  constructor(spec: EnvSpec = blackjackV1, options: Partial<BlackjackOptions> = {}) {
    super(spec);
    this.#options = readValues(blackjackOptions, options, spec.id);
  }

  protected override start(): void {
    this.world.fill(0);
    this.#draw(DEALER);
    this.#draw(DEALER);
    this.#draw(PLAYER);
    this.#draw(PLAYER);
    // The original draws the suit and the face of the card that it shows, from the same generator.
    this.rng.integers(0, SUITS);
    if (this.world[DEALER + 1] === 10) this.rng.integers(0, FACES);
  }

  protected override advance(actions: NumericArray, offset: number): void {
    if (actions[offset] === 1) {
      this.#draw(PLAYER);
      if (this.#sum(PLAYER) <= LIMIT) return;
      this.terminated = true;
      this.reward = -1;
      return;
    }
    this.terminated = true;
    while (this.#sum(DEALER) < DEALER_STANDS) this.#draw(DEALER);
    this.reward = Math.sign(this.#score(PLAYER) - this.#score(DEALER));
    const { sab, natural } = this.#options;
    if (!this.#isNatural(PLAYER)) return;
    if (sab && !this.#isNatural(DEALER)) this.reward = 1;
    else if (!sab && natural && this.reward === 1) this.reward = 1.5;
  }

  protected override observe(out: NumericArray, offset: number): void {
    out[offset] = this.#sum(PLAYER);
    out[offset + 1] = this.world[DEALER + 1];
    out[offset + 2] = Number(this.#hasUsableAce(PLAYER));
  }

  /** Cards with as many dots as they count, the player's below; the dealer's second lies face down until the end. */
  render(): Frame {
    const canvas = new Canvas(400, 260, [35, 110, 70]);
    this.#drawHand(canvas, DEALER, 20, this.terminated);
    this.#drawHand(canvas, PLAYER, 140, true);
    return canvas.frame();
  }

  #draw(hand: number): void {
    const { world } = this;
    world[hand]++;
    world[hand + world[hand]] = DECK[this.rng.integers(0, DECK.length)];
  }

  /** Sum of the cards with each ace as 1. */
  #hardSum(hand: number): number {
    let sum = 0;
    for (let i = 1; i <= this.world[hand]; i++) sum += this.world[hand + i];
    return sum;
  }

  #hasUsableAce(hand: number): boolean {
    let hasAce = false;
    for (let i = 1; i <= this.world[hand]; i++) hasAce ||= this.world[hand + i] === 1;
    return hasAce && this.#hardSum(hand) + 10 <= LIMIT;
  }

  #sum(hand: number): number {
    return this.#hardSum(hand) + (this.#hasUsableAce(hand) ? 10 : 0);
  }

  /** The sum; 0 beyond 21. */
  #score(hand: number): number {
    const sum = this.#sum(hand);
    return sum > LIMIT ? 0 : sum;
  }

  /** Whether a hand is an ace and a ten. */
  #isNatural(hand: number): boolean {
    return this.world[hand] === 2 && this.#sum(hand) === LIMIT;
  }

  #drawHand(canvas: Canvas, hand: number, top: number, isOpen: boolean): void {
    const count = this.world[hand];
    const step = Math.min(70, 320 / Math.max(1, count));
    for (let i = 0; i < count; i++) {
      const isShown = isOpen || i === 0;
      drawCard(canvas, 20 + i * step, top, isShown ? this.world[hand + 1 + i] : 0);
    }
  }
}

export const blackjackEntry: EnvEntry<typeof blackjackOptions> = {
  spec: blackjackV1,
  summary: 'Take cards up to 21 and beat the dealer.',
  options: blackjackOptions,
  create: (spec, options) => new Blackjack(spec, options),
};

const WIDTH = 60;
const HEIGHT = 100;
const EDGE: Color = [60, 60, 60];
const BACK: Color = [120, 40, 50];
const FRONT: Color = [250, 250, 245];
const DOT: Color = [180, 30, 40];

/** @param value dots of the card; 0: its back */
function drawCard(canvas: Canvas, left: number, top: number, value: number): void {
  canvas.rect(left - 1, top - 1, left + WIDTH + 1, top + HEIGHT + 1, EDGE);
  canvas.rect(left, top, left + WIDTH, top + HEIGHT, value === 0 ? BACK : FRONT);
  const columns = value <= 3 ? 1 : 2;
  const rows = Math.ceil(value / columns);
  for (let i = 0; i < value; i++) {
    const column = Math.floor(i / rows);
    const row = i % rows;
    canvas.circle(left + ((column + 1) * WIDTH) / (columns + 1), top + ((row + 1) * HEIGHT) / (rows + 1), 6, DOT);
  }
}
