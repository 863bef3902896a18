import { fourRoomsCells, fourRoomsMap } from '@zpin/envs';
import type { OptionPicture } from './experiment-messages.ts';

const ACTIONS = 4;

export interface OptionTables {
  /** Q_Ω(s, ω), `[S, O]` */
  readonly critic: Float32Array;
  /** Preferences of the actions of each option, `[S, O, A]` */
  readonly policies: Float32Array;
  /** Logits of β_ω(s), `[S, O]` */
  readonly terminations: Float32Array;
}

/** What options learned in the four rooms: of each cell the best one, where it goes, and how likely it ends. */
export function optionPicture({ critic, policies, terminations }: OptionTables): OptionPicture {
  const numOptions = critic.length / fourRoomsCells.length;
  const states = fourRoomsCells.map((_, state) => {
    const best = largest(critic.subarray(state * numOptions, (state + 1) * numOptions));
    const row = state * numOptions + best;
    const action = largest(policies.subarray(row * ACTIONS, (row + 1) * ACTIONS));
    return { best, action, ends: 1 / (1 + Math.exp(-terminations[row])) };
  });
  return {
    columns: fourRoomsMap.width,
    rows: fourRoomsMap.size / fourRoomsMap.width,
    cells: fourRoomsCells,
    best: states.map(({ best }) => best),
    action: states.map(({ action }) => action),
    ends: states.map(({ ends }) => ends),
  };
}

/** Index of the largest number, the first one of equals. */
function largest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}
