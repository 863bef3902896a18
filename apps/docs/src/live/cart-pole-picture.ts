import { CartPole } from '@zpin/envs';
import { toRgba } from './to-rgba.ts';

/** Draws states of CartPole with the environment's own rasteriser. */
export class CartPolePicture {
  readonly #env = new CartPole();
  readonly #context: CanvasRenderingContext2D;

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('CartPolePicture: the canvas must have a 2d context, got none.');
    this.#context = context;
    this.#env.reset({ seed: 0 });
  }

  /** @param state position, velocity, angle, angular velocity */
  draw(state: ArrayLike<number>): void {
    this.#env.restore({ ...this.#env.state(), world: Float64Array.from(state) });
    const { width, height, pixels } = toRgba(this.#env.render());
    const { canvas } = this.#context;
    if (canvas.width !== width) Object.assign(canvas, { width, height });
    this.#context.putImageData(new ImageData(pixels, width, height), 0, 0);
  }
}
