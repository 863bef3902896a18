import {
  type Code,
  call,
  FunctionBuilder,
  get,
  I32,
  i32,
  i32Add,
  ModuleBuilder,
  set,
  unsigned,
} from '@zpin/contracts/webassembly';
import type { Instruction } from '../instructions.ts';
import { OPCODE_BYTES, OPCODE_CYCLES } from '../opcodes.ts';
import { type Block, compilable, findBlocks, isModification, isRam, isTimerWait, type Rom, wideOperand } from './blocks.ts';
import {
  A,
  ADDRESS,
  and,
  atMost,
  BLOCK,
  byte,
  CYCLES,
  choose,
  DECIMAL,
  differs,
  either,
  equals,
  isAtLeast,
  isBelow,
  isNegative,
  isOutside,
  LEFT,
  left,
  loadByte,
  loadPair,
  loadWord,
  or,
  PC,
  plus,
  ramPlace,
  result,
  right,
  SIGN,
  STACK,
  storeByte,
  storeWord,
  subtract,
  tee,
  times,
  VALUE,
  when,
  X,
  xor,
  Y,
  ZERO,
} from './code.ts';
import { CONDITIONS, IMPLIED, modify, operate, setStatus, status } from './operations.ts';

/** Where things lie in the memory of a program, in bytes. The console's own memory comes first. */
export const PLACES = {
  /** The locals from `A` to `LEFT`, as 32-bit integers. */
  registers: 128,
  /** The first bank of the cartridge; the others follow. */
  rom: 0x1000,
  /** For each place of the first bank, the block that begins there, of 16 bits; those of the others follow. */
  blocks: 0x9000,
} as const;
/** Stands for a block where none begins. */
export const NO_BLOCK = 0xffff;
/** Banks for which there is room. */
export const MAX_BANKS = 8;

/** Stores and reads through the bus: address, value or what was on the bus last, cycles. The third: cycles, interval, value. */
const SIGNATURE = [[I32, I32, I32], [I32]] as const;

const INDEX: Partial<Readonly<Record<Instruction['mode'], number>>> = {
  zeroPageX: X,
  zeroPageY: Y,
  absoluteX: X,
  absoluteY: Y,
  indirectY: Y,
};
const STORED: Readonly<Record<string, number>> = { sta: A, stx: X, sty: Y };

/** An operand: what has to come before it, and how it is read then. */
interface Operand {
  readonly before: Code;
  readonly value: Code;
}

/**
 * Compiles a bank of a cartridge to one function of WebAssembly, which does to memory, registers and time what the interpreter does.
 * Its blocks are the arms of a table of jumps in a loop. It hands over to the interpreter in front of each instruction that it
 * cannot run, and behind each store that ends the picture or switches banks.
 *
 * Time is counted as in the interpreter: all cycles of an instruction have passed when it touches what depends on time. Between such
 * instructions cycles are only added up, while the module is written.
 */
export class ProgramCompiler {
  readonly blocks: readonly Block[];
  readonly #rom: Rom;
  readonly #bank: number;
  readonly #page: number;
  /** Index of the block that begins at a place. */
  readonly #indices: ReadonlyMap<number, number>;
  readonly #module = new ModuleBuilder();
  readonly #read = this.#module.import('read', ...SIGNATURE);
  readonly #write = this.#module.import('write', ...SIGNATURE);
  readonly #wait = this.#module.import('wait', ...SIGNATURE);
  /** The block that is being compiled, its index, the instruction in it, and the cycles that are not counted yet. */
  #block: Block = { places: [], end: 0 };
  #index = 0;
  #at = 0;
  #pending = 0;

  /**
   * @param bank its number, by which `PLACES` count
   * @param page the upper four bits of the addresses under which its program runs
   * @param roots places of instructions that were seen
   */
  constructor(rom: Rom, bank: number, page: number, roots: Iterable<number>) {
    this.#rom = rom;
    this.#bank = bank;
    this.#page = page;
    this.blocks = findBlocks(rom, roots);
    this.#indices = new Map(this.blocks.map(({ places }, i) => [places[0], i]));
  }

  /** The module. Its function `run` takes a block and returns the address at which the interpreter goes on. */
  encode(): Uint8Array<ArrayBuffer> {
    const run = new FunctionBuilder([I32], [I32]);
    for (let local = A; local <= VALUE; local++) run.local(I32);
    for (let local = A; local <= LEFT; local++) run.emit(set(local, loadWord(PLACES.registers + 4 * (local - A))));
    const last = unsigned(this.blocks.length - 1);
    run.emit([0x02, 0x40], [0x03, 0x40], ...this.blocks.map((): Code => [0x02, 0x40]));
    run.emit([get(BLOCK), 0x0e, last, this.blocks.slice(0, -1).map((_, i) => unsigned(i)), last]);
    for (const [i, block] of this.blocks.entries()) run.emit([0x0b], this.#compileBlock(block, i));
    run.emit([0x0b], [0x0b]);
    // A store behind which the interpreter goes on tells so by the complement of the time.
    run.emit(when(isNegative(get(CYCLES)), set(CYCLES, xor(get(CYCLES), i32(-1)))));
    for (let local = A; local <= LEFT; local++) run.emit(storeWord(PLACES.registers + 4 * (local - A), get(local)));
    run.emit(get(PC));
    this.#module.export('run', this.#module.add(run));
    return this.#module.encode();
  }

  #addressOf(place: number): number {
    return ((this.#page << 12) + place) & 0xffff;
  }

  /** Leaves for the interpreter, which goes on at `address`; `nested` is how many blocks of WebAssembly lie between. */
  #leave(address: number, nested = 0): Code {
    return [set(PC, i32(address)), 0x0c, unsigned(this.blocks.length - this.#index + nested)];
  }

  /** Goes on at `address`: in its block, or else in the interpreter. */
  #goTo(address: number, nested = 0): Code {
    const block = address >> 12 === this.#page ? this.#indices.get(address & 0xfff) : undefined;
    if (block === undefined) return this.#leave(address, nested);
    return [set(BLOCK, i32(block)), 0x0c, unsigned(this.blocks.length - 1 - this.#index + nested)];
  }

  /** Leaves the instruction at hand to the interpreter, in front of it: nothing of it has happened, and no cycles are pending. */
  #giveUp(condition: Code): Code {
    const rest = this.#block.places.length - this.#at;
    return when(condition, [set(LEFT, plus(LEFT, rest)), this.#leave(this.#addressOf(this.#block.places[this.#at]), 1)]);
  }

  /** Counts the cycles of the instructions so far. */
  #pass(): Code {
    const cycles = this.#pending;
    this.#pending = 0;
    return cycles === 0 ? [] : set(CYCLES, plus(CYCLES, cycles));
  }

  #compileBlock(block: Block, index: number): Code {
    this.#block = block;
    this.#index = index;
    this.#pending = 0;
    const count = block.places.length;
    const code: Code[] = [
      set(LEFT, plus(LEFT, -count)),
      when(isNegative(get(LEFT)), [set(LEFT, plus(LEFT, count)), this.#leave(this.#addressOf(block.places[0]), 1)]),
    ];
    let name = '';
    for (const [i, place] of block.places.entries()) {
      this.#at = i;
      const instruction = compilable(this.#rom, place) as Instruction;
      name = instruction.name;
      code.push(this.#compile(instruction, place));
    }
    if (name === 'jmp' || name === 'jsr' || name === 'rts') return code;
    const isNext = this.blocks[index + 1]?.places[0] === block.end;
    return [code, this.#pass(), isNext ? [] : this.#goTo(this.#addressOf(block.end))];
  }

  #compile(instruction: Instruction, place: number): Code {
    const { name, mode } = instruction;
    const opcode = this.#rom.window[place];
    const next = this.#addressOf(place + OPCODE_BYTES[opcode]);
    if (mode === 'relative') return this.#branch(name, place, next);
    if (name === 'rts') return this.#return();
    if (name === 'pla' || name === 'plp') return this.#pull(name);
    if (name === 'jsr') return this.#call(next, wideOperand(this.#rom, place));
    if (isModification(instruction)) return this.#modify(name, mode, place);
    const cycles = OPCODE_CYCLES[opcode];
    if (name === 'jmp') {
      this.#pending += cycles;
      return [this.#pass(), this.#goTo(wideOperand(this.#rom, place))];
    }
    if (name === 'pha' || name === 'php') {
      this.#pending += cycles;
      return this.#push(name === 'pha' ? get(A) : status(), next);
    }
    if (mode === 'implied') {
      this.#pending += cycles;
      return IMPLIED[name] ?? [modify(name, get(A)), result(A, get(VALUE))];
    }
    if (name in STORED) return this.#store(STORED[name], mode, place, next);
    // Decimal sums are rare.
    const guard = name === 'adc' || name === 'sbc' ? [this.#pass(), this.#giveUp(get(DECIMAL))] : [];
    const { before, value } = this.#operand(mode, place);
    return [guard, before, operate(name, value)];
  }

  #operand(mode: Instruction['mode'], place: number): Operand {
    const low = this.#rom.window[place + 1];
    const cycles = OPCODE_CYCLES[this.#rom.window[place]];
    if (mode === 'indirectY' || mode === 'absoluteX' || mode === 'absoluteY') return this.#indexed(mode, place, cycles);
    this.#pending += cycles;
    if (mode === 'immediate') return { before: [], value: i32(low) };
    if (mode === 'zeroPage') return this.#known(low, low);
    if (mode === 'absolute') return this.#known(wideOperand(this.#rom, place), this.#rom.window[place + 2]);
    const before = [this.#pass(), set(ADDRESS, byte(plus(INDEX[mode] as number, low)))];
    return { before, value: this.#ramOr(get(ADDRESS), this.#readBus(get(ADDRESS), i32(low))) };
  }

  /** What lies at an address that is known. */
  #known(address: number, last: number): Operand {
    const place = address & 0x1fff;
    if (place >= 0x1000) return { before: [], value: i32(this.#rom.window[place & 0xfff]) };
    if (isRam(place)) return { before: [], value: loadByte(i32(0), place & 0x7f) };
    return { before: this.#pass(), value: this.#readBus(i32(address), i32(last)) };
  }

  #readBus(address: Code, last: Code): Code {
    return call(this.#read, address, last, get(CYCLES));
  }

  /** The console's memory where an address means that, else something else. */
  #ramOr(address: Code, other: Code): Code {
    return choose(equals(and(address, i32(0x1280)), i32(0x80)), loadByte(ramPlace(address)), other);
  }

  /** What lies behind an address that is known, or that lies in the zero page. Another page costs a cycle. */
  #indexed(mode: Instruction['mode'], place: number, cycles: number): Operand {
    const { low, high } = this.#rom;
    const { base, lowByte, last } = this.#base(mode, place);
    const index = get(INDEX[mode] as number);
    const where = and(get(ADDRESS), i32(0x1fff));
    const before = [
      this.#pass(),
      set(ADDRESS, and(i32Add(base, index), i32(0xffff))),
      // Of the cartridge, what is plain memory.
      low === 0x1000 && high === 0x2000 ? [] : this.#giveUp(and(isAtLeast(where, i32(0x1000)), isOutside(where, low, high - 1))),
      set(CYCLES, i32Add(plus(CYCLES, cycles), right(i32Add(lowByte, index), 8))),
    ];
    const rom = loadByte(and(where, i32(0xfff)), PLACES.rom + 0x1000 * this.#bank);
    return {
      before,
      value: choose(isAtLeast(where, i32(0x1000)), rom, this.#ramOr(get(ADDRESS), this.#readBus(get(ADDRESS), last))),
    };
  }

  /** What an index is added to, the lower byte of it, and the upper, which is on the bus last. */
  #base(mode: Instruction['mode'], place: number): { readonly base: Code; readonly lowByte: Code; readonly last: Code } {
    const low = this.#rom.window[place + 1];
    if (mode === 'indirectY') {
      const [lowByte, last] = [loadByte(i32(0), low & 0x7f), loadByte(i32(0), (low + 1) & 0x7f)];
      return { base: or(lowByte, left(last, 8)), lowByte, last };
    }
    const address = wideOperand(this.#rom, place);
    return { base: i32(address), lowByte: i32(low), last: i32(address >> 8) };
  }

  #store(register: number, mode: Instruction['mode'], place: number, next: number): Code {
    const low = this.#rom.window[place + 1];
    const cycles = OPCODE_CYCLES[this.#rom.window[place]];
    if (mode === 'zeroPage' || mode === 'absolute') {
      const address = mode === 'zeroPage' ? low : wideOperand(this.#rom, place);
      this.#pending += cycles;
      if (isRam(address)) return storeByte(i32(0), get(register), address & 0x7f);
      return [this.#pass(), this.#writeBus(i32(address), get(register), next)];
    }
    if (mode === 'zeroPageX' || mode === 'zeroPageY') {
      this.#pending += cycles;
      const address = byte(plus(INDEX[mode] as number, low));
      return [this.#pass(), set(ADDRESS, address), this.#storeAt(get(register), next)];
    }
    return [
      this.#pass(),
      set(ADDRESS, and(i32Add(this.#base(mode, place).base, get(INDEX[mode] as number)), i32(0xffff))),
      this.#giveUp(and(get(ADDRESS), i32(0x1000))),
      set(CYCLES, plus(CYCLES, cycles)),
      this.#storeAt(get(register), next),
    ];
  }

  /** Stores at ADDRESS, which is none of the cartridge. */
  #storeAt(value: Code, next: number): Code {
    return either(
      equals(and(get(ADDRESS), i32(0x280)), i32(0x80)),
      storeByte(ramPlace(get(ADDRESS)), value),
      this.#writeBus(get(ADDRESS), value, next, 1),
    );
  }

  #writeBus(address: Code, value: Code, next: number, nested = 0): Code {
    const rest = this.#block.places.length - this.#at - 1;
    return when(isNegative(tee(CYCLES, call(this.#write, address, value, get(CYCLES)))), [
      rest === 0 ? [] : set(LEFT, plus(LEFT, rest)),
      this.#leave(next, nested + 1),
    ]);
  }

  #modify(name: string, mode: Instruction['mode'], place: number): Code {
    const low = this.#rom.window[place + 1];
    const isIndexed = mode === 'zeroPageX';
    const address = isIndexed ? get(ADDRESS) : i32(mode === 'zeroPage' ? low : wideOperand(this.#rom, place));
    const before = isIndexed
      ? [this.#pass(), set(ADDRESS, byte(plus(X, low))), this.#giveUp(isBelow(get(ADDRESS), i32(0x80)))]
      : [];
    this.#pending += OPCODE_CYCLES[this.#rom.window[place]];
    return [
      before,
      modify(name, loadByte(ramPlace(address))),
      storeByte(ramPlace(address), get(VALUE)),
      set(ZERO, tee(SIGN, get(VALUE))),
    ];
  }

  /** Where the stack points beside memory, the television chip is written, as some programs do for speed. */
  #push(value: Code, next: number): Code {
    return [
      this.#pass(),
      set(VALUE, value),
      set(ADDRESS, or(get(STACK), i32(0x100))),
      set(STACK, byte(plus(STACK, -1))),
      this.#storeAt(get(VALUE), next),
    ];
  }

  #pull(name: string): Code {
    const before = [this.#pass(), this.#giveUp(isOutside(get(STACK), 0x7f, 0xfe))];
    this.#pending += OPCODE_CYCLES[this.#rom.window[this.#block.places[this.#at]]];
    const value = loadByte(ramPlace(get(STACK)));
    return [before, set(STACK, plus(STACK, 1)), name === 'pla' ? result(A, value) : [set(VALUE, value), setStatus()]];
  }

  #branch(name: string, place: number, next: number): Code {
    const target = (next + ((this.#rom.window[place + 1] << 24) >> 24)) & 0xffff;
    const extra = ((next ^ target) & 0xff00) === 0 ? 1 : 2;
    this.#pending += OPCODE_CYCLES[this.#rom.window[place]];
    return [
      this.#pass(),
      when(CONDITIONS[name], [
        set(CYCLES, plus(CYCLES, extra)),
        isTimerWait(this.#rom, place) ? this.#skipWait(6 + extra) : [],
        this.#goTo(target, 1),
      ]),
    ];
  }

  /** Counts the rounds of a wait for the timer, as the interpreter does. @param cycles of one round */
  #skipWait(cycles: number): Code {
    return [
      set(VALUE, call(this.#wait, plus(CYCLES, 4), i32(cycles), get(A))),
      when(atMost(left(get(VALUE), 1), get(LEFT)), [
        set(CYCLES, i32Add(get(CYCLES), times(get(VALUE), i32(cycles)))),
        set(LEFT, subtract(get(LEFT), left(get(VALUE), 1))),
      ]),
    ];
  }

  #call(next: number, target: number): Code {
    const back = (next - 1) & 0xffff;
    const before = [this.#pass(), this.#giveUp(isBelow(get(STACK), i32(0x81)))];
    this.#pending += OPCODE_CYCLES[0x20];
    return [
      before,
      this.#pass(),
      storeByte(ramPlace(get(STACK)), i32(back >> 8)),
      storeByte(ramPlace(plus(STACK, -1)), i32(back & 0xff)),
      set(STACK, plus(STACK, -2)),
      this.#goTo(target),
    ];
  }

  #return(): Code {
    const before = [this.#pass(), this.#giveUp(isOutside(get(STACK), 0x7f, 0xfd))];
    this.#pending += OPCODE_CYCLES[0x60];
    const back = or(loadByte(ramPlace(plus(STACK, 1))), left(loadByte(ramPlace(plus(STACK, 2))), 8));
    const toLoop = this.blocks.length - this.#index;
    return [
      before,
      this.#pass(),
      set(PC, and(i32Add(back, i32(1)), i32(0xffff))),
      set(STACK, plus(STACK, 2)),
      when(equals(right(get(PC), 12), i32(this.#page)), [
        set(BLOCK, loadPair(left(and(get(PC), i32(0xfff)), 1), PLACES.blocks + 0x2000 * this.#bank)),
        [differs(get(BLOCK), i32(NO_BLOCK)), 0x0d, unsigned(toLoop)],
      ]),
      [0x0c, unsigned(toLoop)],
    ];
  }
}
