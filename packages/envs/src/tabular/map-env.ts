import type { EnvSpec, Frame } from '@zpin/contracts';
import { drawGrid, gridText } from '../render/grid.ts';
import type { GridMap } from './grid-map.ts';
import { TabularEnv, type TabularModel } from './tabular-env.ts';

/** A tabular environment whose states are cells of a map. */
export class MapEnv extends TabularEnv {
  /** What `render` shows. */
  protected shown: GridMap;
  readonly #cells: readonly number[] | undefined;

  /**
   * @param cells the cell of each state; state i is cell i when omitted
   * @param extraState as of `TabularEnv`
   */
  constructor(spec: EnvSpec, model: TabularModel, map: GridMap, cells?: readonly number[], extraState = 0) {
    super(spec, model, extraState);
    this.shown = map;
    this.#cells = cells;
  }

  get map(): GridMap {
    return this.shown;
  }

  render(): Frame {
    return drawGrid(this.map, this.#cell);
  }

  /** The map as text, with @ where the agent is. */
  renderText(): string {
    return gridText(this.map, this.#cell);
  }

  get #cell(): number {
    const state = this.world[0];
    return this.#cells ? this.#cells[state] : state;
  }
}
