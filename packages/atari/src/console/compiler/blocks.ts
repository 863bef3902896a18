import { INSTRUCTIONS, type Instruction } from '../instructions.ts';
import { OPCODE_BYTES } from '../opcodes.ts';

/** A bank of a cartridge: 4096 bytes, of which addresses of 13 bits from `low` up to `high` are plain memory. */
export interface Rom {
  readonly window: Uint8Array;
  readonly low: number;
  readonly high: number;
}

/** Instructions that run one after the other, up to one that goes elsewhere or that the interpreter has to run. */
export interface Block {
  /** Places in the window, of 12 bits: of each instruction, and behind the last one. */
  readonly places: readonly number[];
  readonly end: number;
}

/** Instructions behind which a program goes on elsewhere. */
const LEAVES = new Set(['jmp', 'jsr', 'rts', 'rti']);
/** Of these, the ones that do not come back. */
const LEAVES_FOR_GOOD = new Set(['jmp', 'rts', 'rti']);
/** Opcodes that the compiler leaves to the interpreter, beside those without a documented meaning: rare ones. */
const RARE = new Set(['brk', 'rti']);
const MODIFIES = new Set(['inc', 'dec', 'asl', 'lsr', 'rol', 'ror']);

/** Whether an instruction changes a byte of memory in place. */
export function isModification({ name, mode }: Instruction): boolean {
  return mode !== 'implied' && MODIFIES.has(name);
}

/** The two bytes behind an opcode. */
export function wideOperand({ window }: Rom, place: number): number {
  return window[place + 1] | (window[place + 2] << 8);
}

/** Whether an address of 13 bits, or of 16 whose upper three are ignored, is one of the console's memory. */
export function isRam(address: number): boolean {
  return (address & 0x1280) === 0x80;
}

/** Whether all three bytes that are read of an instruction are plain memory. */
function isPlain({ low, high }: Rom, place: number): boolean {
  const address = 0x1000 | place;
  return address >= low && address + 3 < high;
}

/** The place to which a branch goes; beyond the window where that is elsewhere. */
function branchPlace({ window }: Rom, place: number): number {
  return place + 2 + ((window[place + 1] << 24) >> 24);
}

/** Whether a branch goes back to `LDA INTIM` right before it. */
export function isTimerWait(rom: Rom, place: number): boolean {
  const at = branchPlace(rom, place);
  return at === place - 3 && at >= 0 && rom.window[at] === 0xad && wideOperand(rom, at) === 0x284;
}

/** The instruction at a place, unless the interpreter has to run it: it may touch what does something when it is touched. */
export function compilable(rom: Rom, place: number): Instruction | null {
  if (!isPlain(rom, place)) return null;
  const instruction = INSTRUCTIONS[rom.window[place]];
  if (!instruction || RARE.has(instruction.name)) return null;
  const { name, mode } = instruction;
  const operand = rom.window[place + 1];
  if (mode === 'indirect' || mode === 'indirectX') return null;
  if (mode === 'indirectY') return operand >= 0x80 && operand < 0xff ? instruction : null;
  if (name === 'jmp' || name === 'jsr') return instruction;
  if (isModification(instruction)) return canModify(rom, place, mode) ? instruction : null;
  if (mode !== 'absolute') return instruction;
  const address = wideOperand(rom, place) & 0x1fff;
  const isPlainRead = !name.startsWith('st') && address >= rom.low && address < rom.high;
  return address < 0x1000 || isPlainRead ? instruction : null;
}

/** Memory is changed in place where the console's own is meant. */
function canModify(rom: Rom, place: number, mode: Instruction['mode']): boolean {
  if (mode === 'zeroPage') return isRam(rom.window[place + 1]);
  return mode === 'absolute' ? isRam(wideOperand(rom, place)) : mode === 'zeroPageX';
}

/** The blocks of all that can be reached from `roots`, places where a program was seen, in the order of their places. */
export function findBlocks(rom: Rom, roots: Iterable<number>): Block[] {
  const found = new Finder(rom);
  for (const root of roots) found.follow(root);
  return found.blocks();
}

class Finder {
  readonly #rom: Rom;
  /** Places of instructions that were followed, and those of them where a block has to begin. */
  readonly #seen = new Set<number>();
  readonly #leaders = new Set<number>();
  readonly #open: number[] = [];

  constructor(rom: Rom) {
    this.#rom = rom;
  }

  /** Follows a program from a place on. What lies in a block that is known already begins none. */
  follow(root: number): void {
    if (this.#seen.has(root)) return;
    this.#lead(root);
    for (let place = this.#open.pop(); place !== undefined; place = this.#open.pop()) this.#walk(place);
  }

  #lead(place: number): void {
    if (place < 0 || place > 0xfff || this.#leaders.has(place)) return;
    this.#leaders.add(place);
    this.#open.push(place);
  }

  #walk(start: number): void {
    const rom = this.#rom;
    for (let place = start; isPlain(rom, place) && !this.#seen.has(place); ) {
      this.#seen.add(place);
      const opcode = rom.window[place];
      const known = INSTRUCTIONS[opcode];
      const next = place + OPCODE_BYTES[opcode];
      if (known?.mode === 'relative') this.#lead(branchPlace(rom, place));
      if ((known?.name === 'jmp' && known.mode === 'absolute') || known?.name === 'jsr') {
        const target = wideOperand(rom, place);
        if ((target & 0x1000) !== 0) this.#lead(target & 0xfff);
      }
      if (known && LEAVES_FOR_GOOD.has(known.name)) return;
      if (known?.mode === 'relative' || known?.name === 'jsr' || !compilable(rom, place)) {
        this.#lead(next);
        return;
      }
      place = next;
    }
  }

  blocks(): Block[] {
    const blocks: Block[] = [];
    for (const start of [...this.#leaders].sort((a, b) => a - b)) {
      const block = this.#blockAt(start);
      if (block.places.length > 0) blocks.push(block);
    }
    return blocks;
  }

  #blockAt(start: number): Block {
    const places: number[] = [];
    let place = start;
    while (this.#seen.has(place) && (place === start || !this.#leaders.has(place))) {
      const instruction = compilable(this.#rom, place);
      if (!instruction) break;
      places.push(place);
      place += OPCODE_BYTES[this.#rom.window[place]];
      if (instruction.mode === 'relative' || LEAVES.has(instruction.name)) break;
    }
    return { places, end: place };
  }
}
