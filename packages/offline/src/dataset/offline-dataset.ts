import { type EnvSpec, InputError, message, type NumericArray, type StateValue } from '@zpin/contracts';
import { crc32c, type TransitionData } from '@zpin/core';
import { DatasetReplay } from './dataset-replay.ts';
import { type DatasetStatistics, datasetStatistics } from './dataset-statistics.ts';
import { type ColumnName, checkSameSpec, checkTransitions, emptyColumn, type Transitions } from './transitions.ts';

export interface OfflineDatasetOptions {
  /** The environment that the transitions are from. */
  readonly spec: EnvSpec;
  /** Kept, not copied: they must not change any more. */
  readonly transitions: Transitions;
  /** Where the data come from, for readers and programs: plain values. */
  readonly about?: { readonly [key: string]: StateValue };
}

/** A fixed set of transitions of one environment: what offline algorithms learn from. */
export class OfflineDataset implements TransitionData {
  readonly spec: EnvSpec;
  readonly transitions: Transitions;
  readonly about: { readonly [key: string]: StateValue };
  readonly size: number;
  #checksum: number | undefined;

  /**
   * @throws InputError when columns do not fit together, a number is not finite or a flag is not 0 or 1; SpaceError when an
   * observation or action is not one of the environment; both name the row
   */
  constructor({ spec, transitions, about = {} }: OfflineDatasetOptions) {
    this.size = checkTransitions(spec, transitions);
    this.spec = spec;
    this.about = about;
    const { terminated, truncated } = transitions;
    const last = this.size - 1;
    this.transitions = terminated[last] || truncated[last] ? transitions : { ...transitions, truncated: cutOff(truncated) };
  }

  /**
   * The data sets one behind the other: a mixture of behaviours.
   * @throws InputError when there is none, or only some have masks; SpaceError when they are of different environments
   */
  static concat(parts: readonly OfflineDataset[]): OfflineDataset {
    const [first] = parts;
    if (!first) throw new InputError(message('OfflineDataset.concat', 'there must be a data set', 'none', 'Pass at least one'));
    const tables = withRawRewards(parts.map(({ transitions }) => transitions));
    const names = Object.keys(tables[0]) as ColumnName[];
    for (const [i, { spec }] of parts.entries()) {
      checkSameSpec('OfflineDataset.concat', first.spec, spec);
      const found = Object.keys(tables[i]);
      if (found.length !== names.length) {
        const expectation = `all data sets must have the columns ${names.join(', ')}`;
        throw new InputError(message('OfflineDataset.concat', expectation, found.join(', '), 'Leave out the others'));
      }
    }
    const rows = parts.reduce((sum, { size }) => sum + size, 0);
    const columns = names.map(name => {
      const all = emptyColumn(first.spec, name, rows);
      let offset = 0;
      for (const transitions of tables) {
        const column = transitions[name] as NumericArray;
        all.set(column, offset);
        offset += column.length;
      }
      return [name, all];
    });
    const transitions = Object.fromEntries(columns) as Transitions;
    return new OfflineDataset({ spec: first.spec, transitions, about: { parts: parts.map(({ about }) => about) } });
  }

  /** `[S, D]`: the column of that name. */
  get obs(): NumericArray {
    return this.transitions.obs;
  }

  discounted(gamma: number, nSteps = 1): DatasetReplay {
    return new DatasetReplay(this, { gamma, nSteps });
  }

  /** CRC-32C of all columns: tells data sets apart. */
  get checksum(): number {
    this.#checksum ??= crc32c(bytesOf(Uint32Array.from(Object.values(this.transitions), column => crc32c(bytesOf(column)))));
    return this.#checksum;
  }

  statistics(): DatasetStatistics {
    return datasetStatistics(this.spec, this.transitions);
  }
}

/** Flags with the last one set: nothing is known of what followed. */
function cutOff(truncated: Uint8Array): Uint8Array {
  const copy = truncated.slice();
  copy[copy.length - 1] = 1;
  return copy;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** What environments themselves paid, in all tables where one has it: where no wrapper changed a reward it is the reward. */
function withRawRewards(tables: readonly Transitions[]): readonly Transitions[] {
  if (!tables.some(({ rawReward }) => rawReward)) return tables;
  return tables.map(({ rawReward, ...table }) => ({ ...table, rawReward: rawReward ?? table.reward }));
}
