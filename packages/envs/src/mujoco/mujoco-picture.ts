import type { Frame } from '@zpin/contracts';
import { Canvas, type Color } from '../render/canvas.ts';
import type { MujocoSim } from './mujoco-sim.ts';

type Vector = readonly [number, number, number];

/** From where a simulation is looked at, without perspective. */
export interface MujocoCamera {
  /** Direction of view around the z axis, degrees; 90 looks along y. */
  readonly azimuth: number;
  /** Direction of view, degrees; −90 looks straight down. */
  readonly elevation: number;
  /** The point in the middle of the picture, m. */
  readonly lookAt: Vector;
  /** What the height of the picture shows, m. */
  readonly height: number;
  /** Half the width of the floor along y, m; without limit when omitted. */
  readonly floorWidth?: number;
}

/** A ball to be drawn besides the geoms, such as a goal. */
export interface MujocoMark {
  readonly position: ArrayLike<number>;
  readonly radius: number;
  readonly color: Color;
}

const WIDTH = 480;
const HEIGHT = 320;
const SKY: Color = [222, 233, 244];
const TILES: readonly Color[] = [
  [176, 190, 176],
  [196, 208, 194],
];
const OUTLINE = 0.7;

const PLANE = 0;
const SPHERE = 2;
const CAPSULE = 3;
const CYLINDER = 5;
const BOX = 6;

/** Corners of the face of a cube that looks along its last axis, in the order in which they are joined. */
const FACE = [
  [-1, -1],
  [1, -1],
  [1, 1],
  [-1, 1],
];

/** Draws planes, spheres, capsules, cylinders and boxes where the last physics step saw them. */
export function drawMujoco(sim: MujocoSim, camera: MujocoCamera, marks: readonly MujocoMark[] = []): Frame {
  return new Picture(camera).draw(sim, marks).frame();
}

interface Shape {
  readonly depth: number;
  draw(): void;
}

class Picture {
  readonly #canvas: Canvas;
  readonly #camera: MujocoCamera;
  readonly #right: Vector;
  readonly #up: Vector;
  readonly #into: Vector;

  constructor(camera: MujocoCamera) {
    const scale = HEIGHT / camera.height;
    this.#canvas = new Canvas(WIDTH, HEIGHT, SKY).transform(scale, WIDTH / 2, HEIGHT / 2);
    this.#camera = camera;
    const azimuth = (camera.azimuth * Math.PI) / 180;
    const elevation = (camera.elevation * Math.PI) / 180;
    this.#right = [Math.sin(azimuth), -Math.cos(azimuth), 0];
    this.#into = [Math.cos(azimuth) * Math.cos(elevation), Math.sin(azimuth) * Math.cos(elevation), Math.sin(elevation)];
    this.#up = cross(this.#right, this.#into);
  }

  draw(sim: MujocoSim, marks: readonly MujocoMark[]): Canvas {
    const { geom_xpos, geom_xmat } = sim.data;
    const { geom_bodyid, geom_type, geom_size, geom_rgba } = sim.modelData;
    const scenery: Shape[] = [];
    const movers: Shape[] = marks.map(({ position, radius, color }) => this.#sphere(vector(position, 0), radius, color));
    for (let i = 0; i < geom_type.length; i++) {
      if (geom_rgba[4 * i + 3] === 0) continue;
      const color: Color = [255 * geom_rgba[4 * i], 255 * geom_rgba[4 * i + 1], 255 * geom_rgba[4 * i + 2]];
      const center = vector(geom_xpos, 3 * i);
      const size = vector(geom_size, 3 * i);
      const axes = [0, 1, 2].map(k => column(geom_xmat, 9 * i, k));
      // What does not move (a table) lies behind what stands on it, however far its middle is.
      const shapes = geom_bodyid[i] === 0 ? scenery : movers;
      if (geom_type[i] === PLANE) this.#floor(center[2]);
      if (geom_type[i] === SPHERE) shapes.push(this.#sphere(center, size[0], color));
      if (geom_type[i] === CAPSULE) shapes.push(this.#capsule(center, axes[2], size, color));
      if (geom_type[i] === CYLINDER) shapes.push(this.#cylinder(center, axes, size, color));
      if (geom_type[i] === BOX) shapes.push(this.#box(center, axes, size, color));
    }
    for (const shapes of [scenery, movers]) for (const shape of shapes.sort((a, b) => b.depth - a.depth)) shape.draw();
    return this.#canvas;
  }

  /** Tiles of 1 m, or of another power of ten that suits the size of what is shown. */
  #floor(height: number): void {
    const { lookAt, height: shown, elevation, floorWidth = Number.POSITIVE_INFINITY } = this.#camera;
    const tile = 10 ** Math.floor(Math.log10(shown));
    const slope = Math.max(0.2, Math.abs(Math.sin((elevation * Math.PI) / 180)));
    const reach = Math.ceil((1.2 * shown) / tile / slope);
    const [x0, y0] = [Math.floor(lookAt[0] / tile), Math.floor(lookAt[1] / tile)];
    for (let x = x0 - reach; x <= x0 + reach; x++) {
      for (let y = y0 - reach; y <= y0 + reach; y++) {
        if (Math.abs(y + 0.5) * tile > floorWidth) continue;
        const corners = FACE.map(([u, v]): Vector => [(x + (1 + u) / 2) * tile, (y + (1 + v) / 2) * tile, height]);
        if (this.#isNear(corners[0], 2 * tile)) this.#polygon(corners, TILES[(x + y) & 1]);
      }
    }
  }

  /** Whether a point is at most `margin` metres outside the picture. */
  #isNear(point: Vector, margin: number): boolean {
    const [x, y] = this.#project(point);
    const half = this.#camera.height / 2 + margin;
    return Math.abs(y) <= half && Math.abs(x) <= (half * WIDTH) / HEIGHT;
  }

  #sphere(center: Vector, radius: number, color: Color): Shape {
    const [x, y, depth] = this.#project(center);
    return {
      depth,
      draw: () => this.#canvas.circle(x, y, radius, shade(color, OUTLINE)).circle(x, y, 0.85 * radius, color),
    };
  }

  #capsule(center: Vector, axis: Vector, [radius, half]: Vector, color: Color): Shape {
    const [x0, y0] = this.#project(along(center, axis, -half));
    const [x1, y1] = this.#project(along(center, axis, half));
    return {
      depth: this.#project(center)[2],
      draw: () =>
        this.#canvas.capsule(x0, y0, x1, y1, radius, shade(color, OUTLINE)).capsule(x0, y0, x1, y1, 0.85 * radius, color),
    };
  }

  #cylinder(center: Vector, axes: readonly Vector[], [radius, half]: Vector, color: Color): Shape {
    const near = dot(axes[2], this.#into) < 0 ? half : -half;
    const disc = (height: number): Vector[] =>
      Array.from({ length: 32 }, (_, i) => {
        const angle = (i / 32) * 2 * Math.PI;
        const rim = along(along(center, axes[0], radius * Math.cos(angle)), axes[1], radius * Math.sin(angle));
        return along(rim, axes[2], height);
      });
    // The mantle's outline runs where its normal is square to the view.
    const side = cross(axes[2], this.#into);
    const length = Math.hypot(...side);
    const edge = length > 0 ? radius / length : 0;
    const mantle = [
      along(along(center, axes[2], half), side, edge),
      along(along(center, axes[2], half), side, -edge),
      along(along(center, axes[2], -half), side, -edge),
      along(along(center, axes[2], -half), side, edge),
    ];
    return {
      depth: this.#project(center)[2],
      draw: () => {
        this.#polygon(disc(-near), shade(color, OUTLINE));
        this.#polygon(mantle, shade(color, OUTLINE));
        this.#polygon(disc(near), color);
      },
    };
  }

  #box(center: Vector, axes: readonly Vector[], size: Vector, color: Color): Shape {
    return {
      depth: this.#project(center)[2],
      draw: () => {
        for (let k = 0; k < 3; k++) {
          const facing = dot(axes[k], this.#into) < 0 ? 1 : -1;
          const [a, b] = [(k + 1) % 3, (k + 2) % 3];
          const middle = along(center, axes[k], facing * size[k]);
          const corners = FACE.map(([u, v]) => along(along(middle, axes[a], u * size[a]), axes[b], v * size[b]));
          // Light falls from above and from the viewer's left.
          const brightness = 0.75 + 0.25 * facing * axes[k][2] - 0.1 * facing * dot(axes[k], this.#right);
          this.#polygon(corners, shade(color, brightness));
        }
      },
    };
  }

  #polygon(corners: readonly Vector[], color: Color): void {
    this.#canvas.polygon(
      corners.flatMap(corner => this.#project(corner).slice(0, 2)),
      color,
    );
  }

  /** Right, up and into the picture, from its middle. */
  #project(point: Vector): Vector {
    const { lookAt } = this.#camera;
    const from: Vector = [point[0] - lookAt[0], point[1] - lookAt[1], point[2] - lookAt[2]];
    return [dot(from, this.#right), dot(from, this.#up), dot(from, this.#into)];
  }
}

function vector(values: ArrayLike<number>, at: number): Vector {
  return [values[at], values[at + 1], values[at + 2]];
}

/** Column `k` of the 3 × 3 matrix at `values[at]`. */
function column(values: ArrayLike<number>, at: number, k: number): Vector {
  return [values[at + k], values[at + 3 + k], values[at + 6 + k]];
}

function along(point: Vector, direction: Vector, distance: number): Vector {
  return [point[0] + distance * direction[0], point[1] + distance * direction[1], point[2] + distance * direction[2]];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function shade(color: Color, brightness: number): Color {
  return [color[0] * brightness, color[1] * brightness, color[2] * brightness];
}
