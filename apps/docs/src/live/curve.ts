/** Returns of episodes over steps, drawn on a canvas in the colours of the page. */
export class Curve {
  readonly #context: CanvasRenderingContext2D;
  /** Step and return of each episode. */
  readonly #points: [step: number, episodeReturn: number][] = [];
  /** Means of the last episodes, at the step of each. */
  readonly #means: [step: number, mean: number][] = [];
  readonly #window: number;

  readonly #stepsText: (steps: string) => string;

  /** @param window episodes that the line is the mean of @param stepsText says a number of steps in the language of the page */
  constructor(canvas: HTMLCanvasElement, window: number, stepsText = (steps: string) => `${steps} steps`) {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('Curve: the canvas must have a 2d context, got none.');
    this.#context = context;
    this.#window = window;
    this.#stepsText = stepsText;
  }

  get lastMean(): number | undefined {
    return this.#means.at(-1)?.[1];
  }

  get episodes(): number {
    return this.#points.length;
  }

  /** @param episodes step and return, two numbers per episode */
  add(episodes: Float32Array): void {
    for (let i = 0; i < episodes.length; i += 2) {
      this.#points.push([episodes[i], episodes[i + 1]]);
      const recent = this.#points.slice(-this.#window);
      this.#means.push([episodes[i], recent.reduce((sum, [, value]) => sum + value, 0) / recent.length]);
    }
  }

  /** @param limits steps on the right edge, and returns at the bottom and the top */
  draw({ maxStep, low, high }: { maxStep: number; low: number; high: number }): void {
    const context = this.#context;
    const { canvas } = context;
    const scale = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (width === 0) return;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    const style = getComputedStyle(canvas);
    const [text, line, brand] = ['--vp-c-text-2', '--vp-c-divider', '--vp-c-brand-1'].map(name => style.getPropertyValue(name));
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const area = { left: 40, right: width - 8, top: 8, bottom: height - 22 };
    const x = (step: number) => area.left + ((area.right - area.left) * step) / maxStep;
    const y = (value: number) =>
      area.bottom - ((area.bottom - area.top) * (Math.min(high, Math.max(low, value)) - low)) / (high - low);

    context.font = '12px system-ui, sans-serif';
    context.fillStyle = text;
    context.strokeStyle = line;
    context.lineWidth = 1;
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (let i = 0; i <= 4; i++) {
      const value = low + ((high - low) * i) / 4;
      context.beginPath();
      context.moveTo(area.left, y(value));
      context.lineTo(area.right, y(value));
      context.stroke();
      context.fillText(String(Number(value.toFixed(2))).replace('-', '−'), area.left - 6, y(value));
    }
    context.textBaseline = 'bottom';
    // Before a run nobody knows how long it will be.
    if (maxStep > 1) context.fillText(this.#stepsText(maxStep.toLocaleString('en-US')), area.right, height - 2);

    context.fillStyle = brand;
    context.globalAlpha = 0.25;
    const every = Math.ceil(this.#points.length / 2000);
    for (let i = 0; i < this.#points.length; i += every) {
      const [step, value] = this.#points[i];
      context.fillRect(x(step) - 1, y(value) - 1, 2, 2);
    }
    context.globalAlpha = 1;
    context.strokeStyle = brand;
    context.lineWidth = 2;
    context.beginPath();
    for (let i = 0; i < this.#means.length; i += every) {
      const [step, value] = this.#means[i];
      if (i === 0) context.moveTo(x(step), y(value));
      else context.lineTo(x(step), y(value));
    }
    context.stroke();
  }
}
