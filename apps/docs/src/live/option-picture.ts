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

/** What options learned in the four rooms: of each cell the best one, and where each of them would go and end. */
export function optionPicture({ critic, policies, terminations }: OptionTables): OptionPicture {
  const numOptions = critic.length / fourRoomsCells.length;
  const states = [...fourRoomsCells.keys()];
  return {
    columns: fourRoomsMap.width,
    rows: fourRoomsMap.size / fourRoomsMap.width,
    cells: fourRoomsCells,
    best: states.map(state => largest(critic.subarray(state * numOptions, (state + 1) * numOptions))),
    options: Array.from({ length: numOptions }, (_, option) => {
      const rows = states.map(state => state * numOptions + option);
      return {
        action: rows.map(row => largest(policies.subarray(row * ACTIONS, (row + 1) * ACTIONS))),
        ends: rows.map(row => 1 / (1 + Math.exp(-terminations[row]))),
      };
    }),
  };
}

/** Index of the largest number, the first one of equals. */
function largest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}
