import type { EnvSpec, NumericArray } from '@zpin/contracts';
import { EntityList } from './entity-list.ts';
import {
  DOWN,
  FIRE,
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

const MAX_OXYGEN = 200;
const MAX_DIVERS = 6;
const SHOT_COOLDOWN = 5;
const ENEMY_SHOT_INTERVAL = 10;
const START_ENEMY_MOVE_INTERVAL = 5;
const FASTEST_ENEMY_MOVE_INTERVAL = 2;
const DIVER_MOVE_INTERVAL = 5;
const START_ENEMY_SPAWN_INTERVAL = 20;
const DIVER_SPAWN_INTERVAL = 30;

// Places in the state.
const X = 1;
const Y = 2;
/** 1 right, −1 left. */
const FACING = 3;
const OXYGEN = 4;
const DIVERS = 5;
const COOLDOWN = 6;
const SURFACED = 7;
const ENEMY_SPAWN_INTERVAL = 8;
const ENEMY_SPAWN_TIMER = 9;
const DIVER_SPAWN_TIMER = 10;
const ENEMY_MOVE_INTERVAL = 11;
const RAMPS = 12;
const LISTS = 13;
/** Room per list: an enemy spawns at most every step, and leaves within ten moves. */
const CAPACITY = 64;

const rules: MinAtarRules = {
  channels: [
    'sub_front',
    'sub_back',
    'friendly_bullet',
    'trail',
    'enemy_bullet',
    'enemy_fish',
    'enemy_sub',
    'oxygen_gauge',
    'diver_gauge',
    'diver',
  ],
  minimalActions: [0, LEFT, UP, RIGHT, DOWN, FIRE],
  stateSize: 12 + 5 * EntityList.size(CAPACITY),
};

/** Spaces, time limit and threshold of `MinAtar/Seaquest-v1`. */
export const minAtarSeaquest = minAtarSpec('Seaquest', rules);

/**
 * Dive for divers, shoot fish and submarines (1 each), and come up with at least one diver before the oxygen runs out; six divers
 * pay what is left of it. Every time at the surface, the enemies get faster.
 */
export class MinAtarSeaquest extends MinAtarGame {
  readonly #bullets: EntityList;
  readonly #enemyBullets: EntityList;
  readonly #fish: EntityList;
  readonly #subs: EntityList;
  readonly #divers: EntityList;

  constructor(spec: EnvSpec = minAtarSeaquest, options: Partial<MinAtarOptions> = {}) {
    super(spec, rules, options);
    const list = (i: number): EntityList => new EntityList(this.world, LISTS + i * EntityList.size(CAPACITY), CAPACITY);
    this.#bullets = list(0);
    this.#enemyBullets = list(1);
    this.#fish = list(2);
    this.#subs = list(3);
    this.#divers = list(4);
  }

  protected override setUp(): void {
    const { world } = this;
    world[X] = 5;
    world[FACING] = -1;
    world[OXYGEN] = MAX_OXYGEN;
    world[SURFACED] = 1;
    world[ENEMY_SPAWN_INTERVAL] = START_ENEMY_SPAWN_INTERVAL;
    world[ENEMY_SPAWN_TIMER] = START_ENEMY_SPAWN_INTERVAL;
    world[DIVER_SPAWN_TIMER] = DIVER_SPAWN_INTERVAL;
    world[ENEMY_MOVE_INTERVAL] = START_ENEMY_MOVE_INTERVAL;
  }

  protected override act(action: number): void {
    const { world } = this;
    if (world[ENEMY_SPAWN_TIMER] === 0) {
      this.#spawnEnemy();
      world[ENEMY_SPAWN_TIMER] = world[ENEMY_SPAWN_INTERVAL];
    }
    if (world[DIVER_SPAWN_TIMER] === 0) {
      this.#spawnDiver();
      world[DIVER_SPAWN_TIMER] = DIVER_SPAWN_INTERVAL;
    }
    this.#steer(action);
    this.#moveBullets();
    this.#moveDivers();
    this.#moveSubs();
    this.#moveEnemyBullets();
    this.#moveFish();
    if (world[ENEMY_SPAWN_TIMER] > 0) world[ENEMY_SPAWN_TIMER]--;
    if (world[DIVER_SPAWN_TIMER] > 0) world[DIVER_SPAWN_TIMER]--;
    if (world[COOLDOWN] > 0) world[COOLDOWN]--;
    this.#breathe();
  }

  protected override draw(out: NumericArray, offset: number): void {
    const { world } = this;
    this.mark(out, offset, world[X], world[Y], 0);
    this.mark(out, offset, world[X] - world[FACING], world[Y], 1);
    this.#drawList(out, offset, this.#bullets, 2, false);
    this.#drawList(out, offset, this.#enemyBullets, 4, false);
    this.#drawList(out, offset, this.#fish, 5, true);
    this.#drawList(out, offset, this.#subs, 6, true);
    this.#drawList(out, offset, this.#divers, 9, true);
    const breaths = Math.floor((world[OXYGEN] * SIZE) / MAX_OXYGEN);
    for (let x = 0; x < breaths; x++) this.mark(out, offset, x, SIZE - 1, 7);
    for (let i = 1; i <= world[DIVERS]; i++) this.mark(out, offset, SIZE - 1 - i, SIZE - 1, 8);
  }

  #drawList(out: NumericArray, offset: number, list: EntityList, channel: number, hasTrail: boolean): void {
    for (let i = 0; i < list.count; i++) {
      this.mark(out, offset, list.x(i), list.y(i), channel);
      if (hasTrail) this.mark(out, offset, list.x(i) - list.direction(i), list.y(i), 3);
    }
  }

  #steer(action: number): void {
    const { world } = this;
    if (action === FIRE && world[COOLDOWN] === 0) {
      this.#bullets.add(world[X], world[Y], world[FACING], 0, 0);
      world[COOLDOWN] = SHOT_COOLDOWN;
    } else if (action === LEFT || action === RIGHT) {
      world[FACING] = action === RIGHT ? 1 : -1;
      world[X] = Math.max(0, Math.min(SIZE - 1, world[X] + world[FACING]));
    } else if (action === UP) world[Y] = Math.max(0, world[Y] - 1);
    else if (action === DOWN) world[Y] = Math.min(SIZE - 2, world[Y] + 1);
  }

  // Lists are walked from the newest on, so that removing does not skip any.

  #moveBullets(): void {
    const bullets = this.#bullets;
    for (let i = bullets.count - 1; i >= 0; i--) {
      if (
        !bullets.move(i, SIZE) ||
        this.#shootAt(this.#fish, bullets.x(i), bullets.y(i)) ||
        this.#shootAt(this.#subs, bullets.x(i), bullets.y(i))
      ) {
        bullets.remove(i);
      }
    }
  }

  #shootAt(enemies: EntityList, x: number, y: number): boolean {
    const hit = enemies.find(x, y);
    if (hit < 0) return false;
    enemies.remove(hit);
    this.reward++;
    return true;
  }

  #moveDivers(): void {
    const divers = this.#divers;
    for (let i = divers.count - 1; i >= 0; i--) {
      if (this.#pickUp(i) || !divers.isDue(i, DIVER_MOVE_INTERVAL)) continue;
      if (!divers.move(i, SIZE)) divers.remove(i);
      else this.#pickUp(i);
    }
  }

  #pickUp(i: number): boolean {
    if (!this.#isHere(this.#divers, i) || this.world[DIVERS] >= MAX_DIVERS) return false;
    this.#divers.remove(i);
    this.world[DIVERS]++;
    return true;
  }

  #moveSubs(): void {
    const subs = this.#subs;
    for (let i = subs.count - 1; i >= 0; i--) {
      if (subs.isShotDue(i, ENEMY_SHOT_INTERVAL)) this.#moveEnemy(subs, i, true);
      else this.#moveEnemy(subs, i, false);
    }
  }

  #moveFish(): void {
    for (let i = this.#fish.count - 1; i >= 0; i--) this.#moveEnemy(this.#fish, i, false);
  }

  /** Moves an enemy when it is due; it may then shoot from where it is, leave, or meet a bullet. */
  #moveEnemy(enemies: EntityList, i: number, shoots: boolean): void {
    const { world } = this;
    if (this.#isHere(enemies, i)) this.terminated = true;
    const moves = enemies.isDue(i, world[ENEMY_MOVE_INTERVAL]);
    const stays = !moves || enemies.move(i, SIZE);
    if (shoots && stays) this.#enemyBullets.add(enemies.x(i), enemies.y(i), enemies.direction(i), 0, 0);
    if (!moves) return;
    if (!stays) {
      enemies.remove(i);
      return;
    }
    if (this.#isHere(enemies, i)) {
      this.terminated = true;
      return;
    }
    const bullet = this.#bullets.find(enemies.x(i), enemies.y(i));
    if (bullet < 0) return;
    this.#bullets.remove(bullet);
    enemies.remove(i);
    this.reward++;
  }

  #moveEnemyBullets(): void {
    const enemyBullets = this.#enemyBullets;
    for (let i = enemyBullets.count - 1; i >= 0; i--) {
      if (this.#isHere(enemyBullets, i)) this.terminated = true;
      if (!enemyBullets.move(i, SIZE)) enemyBullets.remove(i);
      else if (this.#isHere(enemyBullets, i)) this.terminated = true;
    }
  }

  #isHere(list: EntityList, i: number): boolean {
    return list.x(i) === this.world[X] && list.y(i) === this.world[Y];
  }

  #breathe(): void {
    const { world } = this;
    if (world[OXYGEN] <= 0) this.terminated = true;
    if (world[Y] > 0) {
      world[OXYGEN]--;
      world[SURFACED] = 0;
    } else if (world[SURFACED] === 0) {
      if (world[DIVERS] === 0) this.terminated = true;
      else this.#surface();
    }
  }

  #surface(): void {
    const { world } = this;
    world[SURFACED] = 1;
    if (world[DIVERS] === MAX_DIVERS) {
      world[DIVERS] = 0;
      this.reward += Math.floor((world[OXYGEN] * SIZE) / MAX_OXYGEN);
    }
    world[OXYGEN] = MAX_OXYGEN;
    // The original takes one diver more from a full load: the count is then −1, and one diver must make up for it.
    world[DIVERS]--;
    if (!this.isRamping || (world[ENEMY_SPAWN_INTERVAL] <= 1 && world[ENEMY_MOVE_INTERVAL] <= FASTEST_ENEMY_MOVE_INTERVAL))
      return;
    if (world[ENEMY_MOVE_INTERVAL] > FASTEST_ENEMY_MOVE_INTERVAL && world[RAMPS] % 2 === 1) world[ENEMY_MOVE_INTERVAL]--;
    if (world[ENEMY_SPAWN_INTERVAL] > 1) world[ENEMY_SPAWN_INTERVAL]--;
    world[RAMPS]++;
  }

  #spawnEnemy(): void {
    const { rng, world } = this;
    const direction = rng.random() < 1 / 2 ? 1 : -1;
    const isSub = rng.random() < 1 / 3;
    const y = rng.integers(1, SIZE - 1);
    if (this.#hasOncoming(this.#fish, y, direction) || this.#hasOncoming(this.#subs, y, direction)) return;
    const x = direction === 1 ? 0 : SIZE - 1;
    (isSub ? this.#subs : this.#fish).add(x, y, direction, world[ENEMY_MOVE_INTERVAL], ENEMY_SHOT_INTERVAL);
  }

  #hasOncoming(enemies: EntityList, y: number, direction: number): boolean {
    for (let i = 0; i < enemies.count; i++) if (enemies.y(i) === y && enemies.direction(i) !== direction) return true;
    return false;
  }

  #spawnDiver(): void {
    const direction = this.rng.random() < 1 / 2 ? 1 : -1;
    const y = this.rng.integers(1, SIZE - 1);
    this.#divers.add(direction === 1 ? 0 : SIZE - 1, y, direction, DIVER_MOVE_INTERVAL, 0);
  }
}

export const seaquestEntries = minAtarEntries(
  minAtarSeaquest,
  'Rescue divers, shoot enemies and mind the oxygen.',
  MinAtarSeaquest,
);
