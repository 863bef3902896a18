import type { Rng } from '@zpin/contracts';
import type { Fixture } from '../physics/body.ts';
import type { StillFixture } from '../physics/ground.ts';
import { PhysicsWorld } from '../physics/physics-world.ts';
import { polygon } from '../physics/shape.ts';
import { Car } from './car.ts';
import { drawTrack, type Track } from './car-track.ts';

/** Seconds per step. */
export const DT = 1 / 50;

/** Track and car of one episode. */
export class CarScene {
  readonly track: Track;
  readonly car: Car;
  /** Whether the car has been on each tile, by a wheel; and by any part, which is seen. */
  readonly isVisited: Uint8Array;
  readonly isWorn: Uint8Array;
  /** Tiles visited so far. */
  visited = 0;
  /** Whether the first tile was reached after enough of the others. */
  isLapDone = false;
  readonly #world: PhysicsWorld;
  readonly #lapShare: number;
  readonly #tileOf = new Map<StillFixture, number>();

  /** @param lapShare share of the tiles that make a lap */
  constructor(rng: Rng, lapShare: number) {
    this.#lapShare = lapShare;
    this.#world = new PhysicsWorld(0, (tile, part, isTouching) => this.#contact(tile, part, isTouching));
    this.track = drawTrack(rng);
    const { tiles, points } = this.track;
    this.isVisited = new Uint8Array(tiles.length);
    this.isWorn = new Uint8Array(tiles.length);
    tiles.forEach((corners, i) => {
      this.#tileOf.set(this.#world.addStill(this.#world.addGround(), polygon(corners), 0, true), i);
    });
    this.car = new Car(this.#world, points[0]);
  }

  step(): void {
    this.car.act(DT);
    this.#world.step();
  }

  #contact(tile: StillFixture, { body }: Fixture, isTouching: boolean): void {
    const i = this.#tileOf.get(tile) ?? 0;
    this.isWorn[i] = 1;
    const wheel = this.car.wheels.find(candidate => candidate.body === body);
    if (!wheel) return;
    wheel.tiles += isTouching ? 1 : -1;
    if (!isTouching || this.isVisited[i]) return;
    this.isVisited[i] = 1;
    this.visited++;
    if (i === 0 && this.visited / this.isVisited.length > this.#lapShare) this.isLapDone = true;
  }
}
