/** Where a still and a moving shape touch: up to two points. */
export class Manifold {
  count = 0;
  /** Whether the face that the points are measured against is one of the moving shape. */
  isMovingFace = false;
  /** Normal of that face, and a point on it, in the frame of its shape. */
  normalX = 0;
  normalY = 0;
  planeX = 0;
  planeY = 0;
  /** The points, in the frame of the other shape. */
  readonly x = new Float32Array(2);
  readonly y = new Float32Array(2);
  /** Tell points apart from step to step. */
  readonly id = new Int32Array(2);
  /** Impulses of the last step, N s. */
  readonly normalImpulse = new Float32Array(2);
  readonly tangentImpulse = new Float32Array(2);
  #oldCount = 0;
  readonly #oldId = new Int32Array(2);
  readonly #oldNormal = new Float32Array(2);
  readonly #oldTangent = new Float32Array(2);

  /** Puts the points aside, to collide anew. */
  renew(): void {
    this.#oldCount = this.count;
    this.#oldId.set(this.id);
    this.#oldNormal.set(this.normalImpulse);
    this.#oldTangent.set(this.tangentImpulse);
    this.count = 0;
  }

  /** Gives points that were there before `renew` their impulses. */
  inherit(): void {
    for (let i = 0; i < this.count; i++) {
      let old = 0;
      while (old < this.#oldCount && this.#oldId[old] !== this.id[i]) old++;
      this.normalImpulse[i] = old < this.#oldCount ? this.#oldNormal[old] : 0;
      this.tangentImpulse[i] = old < this.#oldCount ? this.#oldTangent[old] : 0;
    }
  }
}
