import {
  CheckpointError,
  describeSpace,
  type EnvInfo,
  type EnvSpec,
  type EnvState,
  type FlatBounds,
  type Frame,
  flatBounds,
  flatSize,
  type GoalOutcomes,
  InputError,
  message,
  type NumericArray,
  SpaceError,
  type SpaceJSON,
  type StateValue,
  spaceFromJSON,
} from '@zpin/contracts';
import { type AnswerRows, arrayOf, layRows } from './answer-rows.ts';
import {
  HELLO,
  OUTCOMES,
  PROBE,
  PROTOCOL,
  RENDER,
  RESET,
  RESET_ENDED,
  RESTORE,
  STATE,
  STEP,
  WITH_INFO,
} from './child-protocol.ts';
import { PythonProcess, type ServerCommand } from './python-process.ts';

/** What copies of an environment are made by. */
export interface CopiesSetup {
  /** Name in errors and of the spec. */
  readonly name: string;
  /** Id that Gymnasium has registered it by. */
  readonly id: string;
  readonly numEnvs: number;
  /** Keyword arguments of `gymnasium.make`. */
  readonly keywords: Readonly<Record<string, unknown>>;
  /** Time limit instead of the registered one; −1 for none, null for the registered one. */
  readonly limit: number | null;
  /** Modules to import first. */
  readonly modules: readonly string[];
  /** Keys of a `Dict` observation to show; all of them where there are none. */
  readonly parts: readonly string[];
  /** Bits of seeds that are handed on. */
  readonly seedBits: number;
  /** Whether pictures will be drawn. */
  readonly pictures: boolean;
  /** Whether `info['action_mask']` tells which actions are legal. */
  readonly masks: boolean;
  /** Whether states are asked for; false says that there are none. */
  readonly saveState: boolean;
  readonly timeoutSeconds: number;
}

/** What the server tells about an environment that it has made. */
interface About {
  readonly observation: SpaceJSON;
  readonly action: SpaceJSON;
  readonly maxEpisodeSteps: number | null;
  readonly rewardThreshold: number | null;
  readonly hasGoals: boolean;
  readonly goalsEnd: boolean;
  readonly hasPictures: boolean;
  /** Actions that have masks, else 0. */
  readonly numActions: number;
}

/** Seconds that Python has at least to import what it needs, to make environments, and to play an episode again. */
const LEAST_START_TIMEOUT = 60;

/** Bytes before the actions of a step: the first copy, how many, and flags. */
const RANGE_BYTES = 12;

/** Bytes that infos usually fit in. */
const INFO_BYTES = 4096;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** N copies of an environment in one Python process. */
export class PythonCopies {
  readonly spec: EnvSpec;
  readonly numEnvs: number;
  /** What transitions would have been with other goals; absent where the environment has none. */
  readonly goals?: GoalOutcomes;
  readonly hasPictures: boolean;
  readonly numActions: number;
  readonly actionSize: number;
  readonly #process: PythonProcess;
  readonly #setup: CopiesSetup;
  readonly #range: DataView;
  readonly #actions: NumericArray;
  readonly #bounds: FlatBounds;
  readonly #answer: Uint8Array<SharedArrayBuffer>;
  readonly #rows = new Map<number, AnswerRows>();
  #isResumable: boolean | undefined;
  #users = 0;

  /** @throws InputError when there is no such Python, package, environment or option; WorkerError when Python ends or hangs */
  constructor(setup: CopiesSetup, server: ServerCommand) {
    const { name, id, numEnvs, keywords, limit, modules, parts, pictures, masks, timeoutSeconds } = setup;
    this.#setup = setup;
    this.numEnvs = numEnvs;
    const process = new PythonProcess(name, server, timeoutSeconds);
    this.#process = process;
    try {
      const hello = { protocol: PROTOCOL, id, copies: numEnvs, keywords, limit, modules, parts, pictures, masks };
      const about = JSON.parse(decoder.decode(process.call('', HELLO, encode(hello), LEAST_START_TIMEOUT))) as About;
      const { numActions, maxEpisodeSteps, rewardThreshold, hasGoals, goalsEnd, hasPictures } = about;
      const observationSpace = spaceFromJSON(about.observation);
      const actionSpace = spaceFromJSON(about.action);
      this.hasPictures = hasPictures;
      this.numActions = numActions;
      this.actionSize = flatSize(actionSpace);
      this.spec = {
        ...{ id: name, observationSpace, actionSpace, maxEpisodeSteps, rewardThreshold },
        ...(numActions > 0 && { hasActionMask: true }),
      };
      if (hasGoals) this.goals = this.#goalOutcomes(goalsEnd);
      const Actions = arrayOf(actionSpace);
      this.#bounds = flatBounds(actionSpace);
      const numbers = numEnvs * this.actionSize;
      const answerBytes = layRows(this.spec, numEnvs, numActions).bytes + INFO_BYTES;
      const { request, answer } = process.share(RANGE_BYTES + numbers * Actions.BYTES_PER_ELEMENT, answerBytes);
      this.#answer = answer;
      this.#range = new DataView(request.buffer, request.byteOffset);
      this.#actions = new Actions(request.buffer, request.byteOffset + RANGE_BYTES, numbers);
    } catch (error) {
      process.close();
      throw error;
    }
  }

  /**
   * Whether states can be saved and taken back so that episodes go on bit for bit. Python finds out, once, by two environments of
   * its own that are not these.
   */
  get isResumable(): boolean {
    if (!this.#setup.saveState) return false;
    this.#isResumable ??= this.#process.call('state', PROBE, undefined, LEAST_START_TIMEOUT)[0] === 1;
    return this.#isResumable;
  }

  /** Rows of answers about `count` copies, which is 1 or all. */
  rows(count: number): AnswerRows {
    const known = this.#rows.get(count);
    if (known) return known;
    const rows = layRows(this.spec, count, this.numActions).views(this.#answer.buffer);
    this.#rows.set(count, rows);
    return rows;
  }

  /** Starts new episodes of `count` copies, 1 or all, from `first` on. Their infos are returned where they are wanted. */
  reset(first: number, count: number, seeds: readonly number[] | null, options: unknown, info: boolean): readonly EnvInfo[] {
    const given = seeds?.map(seed => seed % 2 ** this.#setup.seedBits) ?? null;
    const answer = this.#process.call('reset', RESET, encode({ first, count, seeds: given, options: options ?? null, info }));
    return info ? this.#infos(answer, count) : [];
  }

  /** Plays actions of all copies; those that end are reset. */
  stepAll(actions: NumericArray): void {
    this.#step(0, this.numEnvs, RESET_ENDED, actions);
  }

  /** Plays one action of one copy, `[K]`, and returns the info. */
  stepOne(index: number, action: NumericArray): EnvInfo {
    return this.#infos(this.#step(index, 1, WITH_INFO, action), 1)[0];
  }

  render(index: number): Frame {
    const { name } = this.#setup;
    if (!this.hasPictures) {
      const remedy = 'Pass the option render_mode=rgb_array, where it knows it';
      throw new InputError(message(`${name}.render`, 'the environment must be made for pictures', 'none', remedy));
    }
    const answer = this.#process.call('render', RENDER, words(index), LEAST_START_TIMEOUT);
    const view = new DataView(answer.buffer, answer.byteOffset);
    const [width, height] = [view.getUint32(0, true), view.getUint32(4, true)];
    return { width, height, data: Uint8ClampedArray.from(answer.subarray(8, 8 + width * height * 3)) };
  }

  state(index: number): EnvState {
    const answer = this.#process.call('state', STATE, words(index), LEAST_START_TIMEOUT);
    const length = new DataView(answer.buffer, answer.byteOffset).getUint32(0, true);
    return { about: decoder.decode(answer.slice(4, 4 + length)), data: answer.slice(4 + length) };
  }

  /** @throws CheckpointError when the episode is not the same when it is played again */
  restore(index: number, state: Readonly<Record<string, StateValue>>): void {
    const { about, data } = state;
    if (typeof about !== 'string' || !(data instanceof Uint8Array)) {
      const expectation = 'the state must be one of this environment';
      throw new CheckpointError(message(`${this.spec.id}.restore`, expectation, state, 'Restore what state() returned'));
    }
    const text = encoder.encode(about);
    const content = new Uint8Array(8 + text.length + data.length);
    content.set(words(index, text.length));
    content.set(text, 8);
    content.set(data, 8 + text.length);
    try {
      this.#process.call('restore', RESTORE, content, LEAST_START_TIMEOUT);
    } catch (error) {
      // Whatever was tried before: episodes are not the same when they are played again.
      if (error instanceof CheckpointError) this.#isResumable = false;
      throw error;
    }
  }

  /** Counts one more that must close before the process ends. */
  use(): void {
    this.#users++;
  }

  /** One who used it has closed: the process ends after the last one. */
  close(): void {
    this.#users--;
    if (this.#users <= 0) this.end();
  }

  /** Ends the process. */
  end(): void {
    this.#process.close();
  }

  #step(first: number, count: number, flags: number, actions: NumericArray): Uint8Array {
    this.#checkActions(actions);
    const range = this.#range;
    range.setUint32(0, first, true);
    range.setUint32(4, count, true);
    range.setUint32(8, flags, true);
    this.#actions.set(actions);
    const bytes = count * this.actionSize * this.#actions.BYTES_PER_ELEMENT;
    return this.#process.exchange('step', STEP, RANGE_BYTES + bytes);
  }

  /** Python's environments may take a wrong action for another one; those here may lie outside of the bounds only where floats do. */
  #checkActions(actions: NumericArray): void {
    const { low, high, isWhole } = this.#bounds;
    for (let i = 0, k = 0; i < actions.length; i++, k = (k + 1) % isWhole.length) {
      const action = actions[i];
      if (isWhole[k] ? action >= low[k] && action <= high[k] && Number.isInteger(action) : Number.isFinite(action)) continue;
      const expectation = `the action must be of ${describeSpace(this.spec.actionSpace)}`;
      throw new SpaceError(message(`${this.spec.id}.step`, expectation, action, 'Check the policy'));
    }
  }

  #infos(answer: Uint8Array, count: number): readonly EnvInfo[] {
    const { fixedBytes, ...rows } = this.rows(count);
    // What is larger than the shared memory came in memory of its own.
    if (answer.buffer !== this.#answer.buffer) this.#answer.set(answer.subarray(0, fixedBytes));
    const infos = JSON.parse(decoder.decode(answer.slice(fixedBytes)), numberWords) as Record<string, unknown>[];
    return infos.map((info, i) => ({
      ...info,
      ...('is_success' in info && { isSuccess: Boolean(info.is_success) }),
      ...(this.numActions > 0 && { actionMask: rows.mask.slice(i * this.numActions, (i + 1) * this.numActions) }),
    }));
  }

  #goalOutcomes(goalsEnd: boolean): GoalOutcomes {
    const ask = <Out extends Float32Array | Uint8Array>(
      which: number,
      achieved: NumericArray,
      desired: NumericArray,
      out: Out,
    ) => {
      const content = new Uint8Array(RANGE_BYTES + 8 * achieved.length);
      content.set(words(which, out.length, achieved.length / out.length));
      const goals = new Float32Array(content.buffer, RANGE_BYTES);
      goals.set(achieved);
      goals.set(desired, achieved.length);
      const answer = this.#process.call(which === 0 ? 'computeReward' : 'computeTerminated', OUTCOMES, content);
      out.set(new Float32Array(answer.slice().buffer));
      return out;
    };
    return {
      computeReward: (achieved, desired, out) => ask(0, achieved, desired, out),
      ...(goalsEnd && {
        computeTerminated: (achieved: NumericArray, desired: NumericArray, out: Uint8Array) => ask(1, achieved, desired, out),
      }),
    };
  }
}

function encode(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** Unsigned 32-bit numbers, as the server reads them. */
function words(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => {
    view.setUint32(4 * i, value, true);
  });
  return new Uint8Array(view.buffer);
}

/** JSON knows no infinities: `{"number": "NaN"}` stands for one. */
function numberWords(_key: string, value: unknown): unknown {
  const isWord = typeof value === 'object' && value !== null && 'number' in value && Object.keys(value).length === 1;
  return isWord && typeof value.number === 'string' ? Number(value.number) : value;
}
