#!/usr/bin/env node
// A server of this protocol with small environments of its own, to be run in the place of Python. Written from the description of
// the frames in `python/server.py`, and sharing no code with the other side.
import { spawn } from 'node:child_process';
import { readSync, writeSync } from 'node:fs';

const [HELLO, STEP, RESET, RENDER, STATE, RESTORE, PROBE, OUTCOMES, CLOSE] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const [OK, ERROR, BEAT] = [0, 1, 2];

/**
 * @param {number} bytes
 */
function read(bytes) {
  const buffer = Buffer.alloc(bytes);
  for (let done = 0; done < bytes; ) {
    const count = readSync(0, buffer, done, bytes - done, null);
    if (count === 0) process.exit();
    done += count;
  }
  return buffer;
}

/**
 * @param {number} kind
 * @param {Uint8Array} content
 */
function send(kind, content) {
  const frame = Buffer.alloc(8 + content.length);
  frame.writeUInt32LE(content.length, 0);
  frame.writeUInt32LE(kind, 4);
  frame.set(content, 8);
  // In small pieces, as a pipe may give them.
  for (let at = 0; at < frame.length; ) at += writeSync(1, frame, at, Math.min(7001, frame.length - at));
}

/** @param {unknown} value */
const json = value => Buffer.from(JSON.stringify(value));

/** @param {Buffer} buffer */
const padded = buffer => Buffer.concat([buffer, Buffer.alloc((8 - (buffer.length % 8)) % 8)]);

const line = { type: 'box', shape: [2], dtype: 'float32', low: '-Infinity', high: 'Infinity' };
const three = { type: 'discrete', n: 3, start: 1 };
const goal = { type: 'box', shape: [1], dtype: 'float32', low: '-Infinity', high: 'Infinity' };

/** @type {Readonly<Record<string, { observation: object, action: object }>>} */
const spaces = {
  'Picture-v0': {
    observation: { type: 'box', shape: [60, 50, 3], dtype: 'uint8', low: 0, high: 255 },
    action: { type: 'box', shape: [2], dtype: 'float32', low: [-1, 0], high: [1, 'Infinity'] },
  },
  'Goal-v0': {
    observation: { type: 'dict', spaces: { observation: goal, achieved_goal: goal, desired_goal: goal } },
    action: three,
  },
  'Tree-v0': {
    observation: {
      type: 'dict',
      spaces: { z: { type: 'discrete', n: 100, start: 0 }, a: { type: 'tuple', spaces: [goal, { type: 'multiBinary', n: 2 }] } },
    },
    action: { type: 'multiDiscrete', nvec: [4, 5] },
  },
};

/** What a copy counts: its seed, which goes up by 1 with each episode that is begun without one, and the steps of the episode. */
let copies = [{ seed: 0, t: 0 }];
let id = '';
/** @type {Record<string, any>} */
let config = {};
let steps = 0;

/** @param {{ seed: number, t: number }} copy */
function observed({ seed, t }) {
  if (id === 'Picture-v0') return Buffer.alloc(9000, seed + t);
  if (id === 'Goal-v0') return floats([t, 4, seed]);
  if (id === 'Tree-v0') return floats([t, 0, 1, seed]);
  return floats([seed, t]);
}

/** @param {readonly number[]} numbers */
const floats = numbers => Buffer.from(Float32Array.from(numbers).buffer);

/** @param {{ seed: number, t: number }} copy @param {boolean} isStart */
const infoOf = ({ seed, t }, isStart) => ({
  t,
  seed,
  nothing: { number: 'NaN' },
  ...(isStart && { config }),
  ...(id === 'Goal-v0' && { is_success: t === 4 }),
});

/** @param {number} first @param {number} count @param {Buffer | null} actions @param {boolean} isReset @param {boolean} wantsInfo */
function answer(first, count, actions, isReset, wantsInfo) {
  const reward = new Float64Array(count);
  const [terminated, truncated, success] = [Buffer.alloc(count), Buffer.alloc(count), Buffer.alloc(count)];
  /** @type {[Buffer[], Buffer[], Buffer[], Buffer[]]} */
  const [obs, finals, masks, finalMasks] = [[], [], [], []];
  const infos = [];
  for (let j = 0; j < count; j++) {
    const copy = copies[first + j];
    const maskOf = () => Buffer.from(config.masks ? [1, copy.t % 2, 1] : []);
    let finalMask = maskOf();
    if (actions) {
      const width = actions.length / count;
      const action = id === 'Picture-v0' ? actions.readFloatLE(j * width) : actions.readInt32LE(j * width);
      copy.t++;
      reward[j] = action / 4 + 1e-12;
      terminated[j] = copy.t === 4 ? 1 : 0;
      truncated[j] = id !== 'Picture-v0' && action === 3 ? 1 : 0;
      infos.push(infoOf(copy, false));
      if (isReset && (terminated[j] || truncated[j])) {
        finals.push(observed(copy));
        finalMask = maskOf();
        success[j] = terminated[j];
        copy.seed++;
        copy.t = 0;
      }
    } else infos.push(infoOf(copy, true));
    obs.push(observed(copy));
    masks.push(maskOf());
    finalMasks.push(finalMask);
  }
  /** @type {Buffer[]} */
  const columns = [terminated, truncated, success, Buffer.concat(masks), Buffer.concat(finalMasks), Buffer.concat(obs)];
  const rows = [Buffer.from(reward.buffer), ...columns.map(column => padded(column))];
  send(OK, Buffer.concat([...rows, ...(wantsInfo ? [json(infos)] : finals)]));
}

/** What ends badly in the third step of all. */
function misbehave() {
  steps++;
  if (steps === 1 && id === 'Print-v0') writeSync(2, 'a word from the environment\n');
  if (steps < 3) return false;
  if (id === 'Die-v0') process.kill(process.pid, 'SIGKILL');
  if (id === 'Parent-v0') {
    const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    writeSync(2, `${pid}\n`);
    process.exit(5);
  }
  if (id === 'Bar-v0') {
    writeSync(2, 'loading\n');
    for (let share = 0; share <= 100; share++) writeSync(2, `\r${share} %`);
    process.exit(5);
  }
  if (id === 'Exit-v0') {
    writeSync(2, 'out of everything\n');
    process.exit(5);
  }
  if (id === 'Hang-v0') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (id !== 'Throw-v0') return false;
  const remedy = 'Look at File "world.py", line 3, in step | return 1 / 0';
  send(
    ERROR,
    json({ kind: 'env', expectation: 'the environment must not throw', got: 'ZeroDivisionError: division by zero', remedy }),
  );
  return true;
}

/** @param {Buffer} content */
function hello(content) {
  config = JSON.parse(content.toString());
  id = config.id;
  if (id === 'Text-v0') {
    send(ERROR, json({ kind: 'input', expectation: 'the observation must be of Box', got: 'Text', remedy: 'Wrap it' }));
    return;
  }
  copies = Array.from({ length: config.copies }, () => ({ seed: 0, t: 0 }));
  const about = {
    ...(spaces[id] ?? { observation: line, action: three }),
    ...{ protocol: 1, python: '3.0', gymnasium: '1.0', maxEpisodeSteps: 200, rewardThreshold: 2.5 },
    ...{ hasGoals: id === 'Goal-v0', goalsEnd: id === 'Goal-v0', hasPictures: config.pictures },
    numActions: config.masks ? 3 : 0,
  };
  // As one that has much to do before it can answer.
  send(BEAT, Buffer.alloc(0));
  send(OK, json(about));
}

for (;;) {
  const header = read(8);
  const content = read(header.readUInt32LE(0));
  const kind = header.readUInt32LE(4);
  if (kind === HELLO) hello(content);
  else if (kind === STEP && !misbehave()) {
    const [first, count, flags] = [0, 4, 8].map(at => content.readUInt32LE(at));
    answer(first, count, content.subarray(12), (flags & 2) > 0, (flags & 1) > 0);
  } else if (kind === RESET) {
    const { first, count, seeds, info } = JSON.parse(content.toString());
    for (let j = 0; j < count; j++) {
      const copy = copies[first + j];
      copy.seed = seeds ? seeds[j] % 97 : copy.seed + 1;
      copy.t = 0;
    }
    answer(first, count, null, false, info);
  } else if (kind === RENDER) {
    const { seed, t } = copies[content.readUInt32LE(0)];
    const size = Buffer.alloc(8);
    size.writeUInt32LE(3, 0);
    size.writeUInt32LE(2, 4);
    send(OK, Buffer.concat([size, Buffer.alloc(18, seed + t)]));
  } else if (kind === STATE) {
    const { seed, t } = copies[content.readUInt32LE(0)];
    const about = json({ seed });
    const length = Buffer.alloc(4);
    length.writeUInt32LE(about.length, 0);
    send(OK, Buffer.concat([length, about, Buffer.from([t])]));
  } else if (kind === RESTORE) {
    const end = 8 + content.readUInt32LE(4);
    const { seed } = JSON.parse(content.subarray(8, end).toString());
    copies[content.readUInt32LE(0)] = { seed, t: content[end] };
    const remedy = 'Use the versions of then';
    if (id === 'Changed-v0')
      send(ERROR, json({ kind: 'state', expectation: 'an episode must be the same', got: 'another', remedy }));
    else send(OK, Buffer.alloc(0));
  } else if (kind === PROBE) send(OK, Buffer.from([id === 'Fickle-v0' ? 0 : 1]));
  else if (kind === OUTCOMES) {
    const [which, count, size] = [0, 4, 8].map(at => content.readUInt32LE(at));
    const goals = new Float32Array(content.buffer.slice(content.byteOffset + 12, content.byteOffset + content.length));
    const apart = Array.from({ length: count }, (_, i) => Math.abs(goals[i * size] - goals[(count + i) * size]));
    send(OK, floats(apart.map(distance => (which === 0 ? -distance : Number(distance === 0)))));
  } else if (kind === CLOSE) {
    send(OK, Buffer.alloc(0));
    process.exit();
  }
}
