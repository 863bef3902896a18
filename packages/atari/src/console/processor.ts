import type { Bus } from './bus.ts';
import { OPCODE_CYCLES, PAGE_PENALTY } from './cycles.ts';

/** Bytes from behind a branch back to an instruction of three bytes right before it. */
const WAIT_OFFSET = -5;

/** Bits of the status register. */
const NEGATIVE = 0x80;
const OVERFLOW = 0x40;
const DECIMAL = 0x08;
const INTERRUPT = 0x04;
const ZERO = 0x02;
const CARRY = 0x01;

/** What `XAA` and `LAX #` let through of the accumulator: an analogue effect, which differs from chip to chip. */
const UNSTABLE_BITS = 0xee;

/**
 * The 6507: a 6502 with 13 address lines and no interrupts. It counts time by the instruction: an instruction first takes all of its
 * cycles and then touches memory, so that what it writes is seen at its end.
 */
export class Processor {
  readonly #bus: Bus;
  /** Cycles since the start of the frame. */
  cycles = 0;
  pc = 0;
  a = 0;
  x = 0;
  y = 0;
  stack = 0xff;
  carry = 0;
  overflow = 0;
  decimal = 0;
  interrupt = 0;
  /** Instructions that `run` may still run. */
  #left = 0;
  /** Bit 7 is the negative flag. */
  #sign = 0;
  /** The zero flag is set while this is 0. */
  #zero = 0;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Starts at the address that the cartridge names at 0xfffc. */
  reset(): void {
    this.cycles = 0;
    this.a = 0;
    this.x = 0;
    this.y = 0;
    this.stack = 0xff;
    this.status = 0;
    this.pc = this.#bus.read(0xfffc, 0) | (this.#bus.read(0xfffd, 0) << 8);
  }

  get status(): number {
    return (
      (this.#sign & NEGATIVE) |
      (this.overflow << 6) |
      0x30 |
      (this.decimal << 3) |
      (this.interrupt << 2) |
      (this.#zero === 0 ? ZERO : 0) |
      this.carry
    );
  }

  set status(value: number) {
    this.#sign = value & NEGATIVE;
    this.overflow = (value & OVERFLOW) >> 6;
    this.decimal = (value & DECIMAL) >> 3;
    this.interrupt = (value & INTERRUPT) >> 2;
    this.#zero = (value & ZERO) ^ ZERO;
    this.carry = value & CARRY;
  }

  /** Runs until the picture is complete, or for `instructions` of them at most. */
  run(instructions: number): void {
    const bus = this.#bus;
    this.#left = instructions;
    while (this.#left > 0 && !bus.frameEnded) {
      this.#left--;
      this.step();
    }
  }

  /** Runs one instruction. Those that make up most of programs are found first. */
  step(): void {
    const opcode = this.#fetch();
    this.cycles += OPCODE_CYCLES[opcode];
    switch (opcode) {
      case 0x85: // STA zero page
        this.#write(this.#fetch(), this.a);
        break;
      case 0x84: // STY zero page
        this.#write(this.#fetch(), this.y);
        break;
      case 0x86: // STX zero page
        this.#write(this.#fetch(), this.x);
        break;
      case 0xa9: // LDA immediate
        this.a = this.#flags(this.#fetch());
        break;
      case 0xa5: // LDA zero page
        this.a = this.#flags(this.#read(this.#fetch()));
        break;
      case 0xa4: // LDY zero page
        this.y = this.#flags(this.#read(this.#fetch()));
        break;
      case 0xad: // LDA absolute
        this.a = this.#flags(this.#read(this.#absolute()));
        break;
      case 0xb1: // LDA (zero page),Y
        this.a = this.#flags(this.#read(this.#indexed(opcode, this.#zeroPageWord(this.#fetch()), this.y)));
        break;
      case 0xb9: // LDA absolute,Y
        this.a = this.#flags(this.#read(this.#indexed(opcode, this.#absolute(), this.y)));
        break;
      case 0xbd: // LDA absolute,X
        this.a = this.#flags(this.#read(this.#indexed(opcode, this.#absolute(), this.x)));
        break;
      case 0xd0: // BNE
        this.#branchIf(this.#zero !== 0);
        break;
      case 0xf0: // BEQ
        this.#branchIf(this.#zero === 0);
        break;
      case 0x10: // BPL
        this.#branchIf((this.#sign & NEGATIVE) === 0);
        break;
      case 0x30: // BMI
        this.#branchIf((this.#sign & NEGATIVE) !== 0);
        break;
      case 0x90: // BCC
        this.#branchIf(this.carry === 0);
        break;
      case 0xb0: // BCS
        this.#branchIf(this.carry !== 0);
        break;
      case 0xca: // DEX
        this.x = this.#flags((this.x - 1) & 0xff);
        break;
      case 0x88: // DEY
        this.y = this.#flags((this.y - 1) & 0xff);
        break;
      case 0xc8: // INY
        this.y = this.#flags((this.y + 1) & 0xff);
        break;
      default:
        this.#others(opcode);
    }
  }

  /** Everything else, by the columns in which the opcodes are ordered. */
  #others(opcode: number): void {
    switch (opcode & 3) {
      case 1:
        this.#arithmetic(opcode);
        break;
      case 2:
        this.#shifts(opcode);
        break;
      case 0:
        if ((opcode & 0x1f) === 0x10) this.#branchIf(this.overflow === ((opcode >> 5) & 1));
        else if ((opcode & 0x0f) === 0x08) this.#implied(opcode);
        else this.#control(opcode);
        break;
      default:
        this.#undocumented(opcode);
    }
  }

  #fetch(): number {
    const pc = this.pc;
    this.pc = (pc + 1) & 0xffff;
    return this.#bus.fetch(pc, this.cycles);
  }

  #read(address: number): number {
    return this.#bus.read(address, this.cycles);
  }

  #write(address: number, value: number): void {
    this.cycles = this.#bus.write(address, value, this.cycles);
  }

  #push(value: number): void {
    this.#write(0x100 | this.stack, value);
    this.stack = (this.stack - 1) & 0xff;
  }

  #pull(): number {
    this.stack = (this.stack + 1) & 0xff;
    return this.#read(0x100 | this.stack);
  }

  /** The flags of a result. */
  #flags(value: number): number {
    this.#sign = value;
    this.#zero = value;
    return value;
  }

  #absolute(): number {
    const low = this.#fetch();
    return low | (this.#fetch() << 8);
  }

  #zeroPageWord(address: number): number {
    return this.#read(address) | (this.#read((address + 1) & 0xff) << 8);
  }

  #indexed(opcode: number, base: number, index: number): number {
    const address = (base + index) & 0xffff;
    if (((base ^ address) & 0xff00) !== 0) this.cycles += PAGE_PENALTY[opcode];
    return address;
  }

  /** The address that an instruction of the second or fourth column (`…01`, `…11`) means; `index` where others count with X. */
  #address(opcode: number, index: number): number {
    switch ((opcode >> 2) & 7) {
      case 0:
        return this.#zeroPageWord((this.#fetch() + this.x) & 0xff);
      case 1:
        return this.#fetch();
      case 2: {
        const address = this.pc;
        this.pc = (address + 1) & 0xffff;
        return address;
      }
      case 3:
        return this.#absolute();
      case 4:
        return this.#indexed(opcode, this.#zeroPageWord(this.#fetch()), this.y);
      case 5:
        return (this.#fetch() + index) & 0xff;
      case 6:
        return this.#indexed(opcode, this.#absolute(), this.y);
      default:
        return this.#indexed(opcode, this.#absolute(), index);
    }
  }

  #arithmetic(opcode: number): void {
    const address = this.#address(opcode, this.x);
    if (opcode >> 5 === 4) {
      if (opcode !== 0x89) this.#write(address, this.a);
      return;
    }
    this.#accumulate(opcode, this.#read(address));
  }

  #accumulate(opcode: number, value: number): void {
    switch (opcode >> 5) {
      case 0:
        this.a = this.#flags(this.a | value);
        break;
      case 1:
        this.a = this.#flags(this.a & value);
        break;
      case 2:
        this.a = this.#flags(this.a ^ value);
        break;
      case 3:
        this.#add(value);
        break;
      case 5:
        this.a = this.#flags(value);
        break;
      case 6:
        this.#compare(this.a, value);
        break;
      default:
        this.#subtract(value);
    }
  }

  #add(value: number): void {
    const a = this.a;
    const sum = a + value + this.carry;
    if (this.decimal === 0) {
      this.overflow = ((a ^ sum) & (value ^ sum) & 0x80) >> 7;
      this.carry = sum >> 8;
      this.a = this.#flags(sum & 0xff);
      return;
    }
    let low = (a & 15) + (value & 15) + this.carry;
    if (low > 9) low = ((low + 6) & 15) + 16;
    let whole = (a & 0xf0) + (value & 0xf0) + low;
    this.#zero = sum & 0xff;
    this.#sign = whole;
    this.overflow = ((a ^ whole) & (value ^ whole) & 0x80) >> 7;
    if (whole >= 0xa0) whole += 0x60;
    this.carry = whole >= 0x100 ? 1 : 0;
    this.a = whole & 0xff;
  }

  #subtract(value: number): void {
    const a = this.a;
    const borrow = 1 - this.carry;
    const difference = a - value - borrow;
    this.overflow = ((a ^ value) & (a ^ difference) & 0x80) >> 7;
    this.carry = difference >= 0 ? 1 : 0;
    this.#flags(difference & 0xff);
    if (this.decimal === 0) {
      this.a = difference & 0xff;
      return;
    }
    let low = (a & 15) - (value & 15) - borrow;
    if (low < 0) low = ((low - 6) & 15) - 16;
    let whole = (a & 0xf0) - (value & 0xf0) + low;
    if (whole < 0) whole -= 0x60;
    this.a = whole & 0xff;
  }

  #compare(register: number, value: number): void {
    const difference = register - value;
    this.carry = difference >= 0 ? 1 : 0;
    this.#flags(difference & 0xff);
  }

  /** The third column: shifts, counting in memory, X. */
  #shifts(opcode: number): void {
    const mode = (opcode >> 2) & 7;
    const operation = opcode >> 5;
    if (mode === 2) {
      if (operation === 4) this.a = this.#flags(this.x);
      else if (operation === 5) this.x = this.#flags(this.a);
      else if (operation === 6) this.x = this.#flags((this.x - 1) & 0xff);
      else if (operation < 4) this.a = this.#shift(operation, this.a);
      return;
    }
    if (mode === 6) {
      if (operation === 4) this.stack = this.x;
      else if (operation === 5) this.x = this.#flags(this.stack);
      return;
    }
    if (mode === 4 || (mode === 0 && operation < 4)) {
      this.#halt();
      return;
    }
    if (mode === 0) {
      const value = this.#fetch();
      if (operation === 5) this.x = this.#flags(value);
      return;
    }
    if (operation === 4) {
      const address = this.#address(opcode, this.y);
      this.#write(address, mode === 7 ? this.x & ((address >> 8) + 1) : this.x);
    } else if (operation === 5) {
      this.x = this.#flags(this.#read(this.#address(opcode, this.y)));
    } else {
      const address = this.#address(opcode, this.x);
      this.#write(address, this.#shift(operation, this.#read(address)));
    }
  }

  /** One of ASL, ROL, LSR, ROR, DEC, INC, by bits 5 to 7 of its opcode. */
  #shift(operation: number, value: number): number {
    const carry = this.carry;
    switch (operation) {
      case 0:
        this.carry = value >> 7;
        return this.#flags((value << 1) & 0xff);
      case 1:
        this.carry = value >> 7;
        return this.#flags(((value << 1) & 0xff) | carry);
      case 2:
        this.carry = value & 1;
        return this.#flags(value >> 1);
      case 3:
        this.carry = value & 1;
        return this.#flags((value >> 1) | (carry << 7));
      case 6:
        return this.#flags((value - 1) & 0xff);
      default:
        return this.#flags((value + 1) & 0xff);
    }
  }

  /** A halted chip fetches the same opcode for ever; only a reset frees it. */
  #halt(): void {
    this.pc = (this.pc - 1) & 0xffff;
  }

  #branchIf(isTaken: boolean): void {
    const offset = (this.#fetch() << 24) >> 24;
    if (!isTaken) return;
    const pc = this.pc;
    const target = (pc + offset) & 0xffff;
    const extra = ((pc ^ target) & 0xff00) === 0 ? 1 : 2;
    this.cycles += extra;
    this.pc = target;
    if (offset === WAIT_OFFSET) this.#skipWait(6 + extra);
  }

  /**
   * Programs wait for the timer by `LDA INTIM` and a branch back to it. While it shows one value, nothing changes but time: those
   * rounds are counted, not run.
   * @param cycles of one round
   */
  #skipWait(cycles: number): void {
    const bus = this.#bus;
    if (!bus.isTimerRead(this.pc)) return;
    const rounds = bus.readsBeforeTick(this.cycles + 4, cycles, this.a);
    if (2 * rounds > this.#left) return;
    this.cycles += rounds * cycles;
    this.#left -= 2 * rounds;
  }

  /** The first column at 0x08, 0x18, …, 0xf8. */
  #implied(opcode: number): void {
    switch (opcode >> 4) {
      case 0x0:
        this.#push(this.status);
        break;
      case 0x1:
      case 0x3:
        this.carry = opcode >> 5;
        break;
      case 0x2:
        this.status = this.#pull();
        break;
      case 0x4:
        this.#push(this.a);
        break;
      case 0x5:
      case 0x7:
        this.interrupt = (opcode >> 5) & 1;
        break;
      case 0x6:
        this.a = this.#flags(this.#pull());
        break;
      case 0x8:
        this.y = this.#flags((this.y - 1) & 0xff);
        break;
      case 0x9:
        this.a = this.#flags(this.y);
        break;
      case 0xa:
        this.y = this.#flags(this.a);
        break;
      case 0xb:
        this.overflow = 0;
        break;
      case 0xc:
        this.y = this.#flags((this.y + 1) & 0xff);
        break;
      case 0xe:
        this.x = this.#flags((this.x + 1) & 0xff);
        break;
      default:
        this.decimal = (opcode >> 5) & 1;
    }
  }

  /** The rest of the first column: jumps, Y, BIT and reads that change nothing. */
  #control(opcode: number): void {
    switch (opcode) {
      case 0x00:
        this.#break();
        return;
      case 0x20:
        this.#call();
        return;
      case 0x40:
        this.status = this.#pull();
        this.pc = this.#pull() | (this.#pull() << 8);
        return;
      case 0x60:
        this.pc = ((this.#pull() | (this.#pull() << 8)) + 1) & 0xffff;
        return;
      case 0x4c:
        this.pc = this.#absolute();
        return;
      case 0x6c: {
        const pointer = this.#absolute();
        this.pc = this.#read(pointer) | (this.#read((pointer & 0xff00) | ((pointer + 1) & 0xff)) << 8);
        return;
      }
      default:
        this.#indexRegister(opcode);
    }
  }

  #break(): void {
    const next = (this.pc + 1) & 0xffff;
    this.#push(next >> 8);
    this.#push(next & 0xff);
    this.#push(this.status);
    this.interrupt = 1;
    this.pc = this.#read(0xfffe) | (this.#read(0xffff) << 8);
  }

  #call(): void {
    const low = this.#fetch();
    const last = this.pc;
    this.#push(last >> 8);
    this.#push(last & 0xff);
    this.pc = low | (this.#fetch() << 8);
  }

  #indexRegister(opcode: number): void {
    const mode = (opcode >> 2) & 7;
    const operation = opcode >> 5;
    if (mode === 0) {
      const value = this.#fetch();
      if (operation === 5) this.y = this.#flags(value);
      else if (operation === 6) this.#compare(this.y, value);
      else if (operation === 7) this.#compare(this.x, value);
      return;
    }
    const address = this.#address(opcode, this.x);
    if (operation === 4) {
      this.#write(address, mode === 7 ? this.y & ((address >> 8) + 1) : this.y);
      return;
    }
    const value = this.#read(address);
    if (mode > 3) {
      if (operation === 5) this.y = this.#flags(value);
    } else if (operation === 1) {
      this.#sign = value;
      this.overflow = (value >> 6) & 1;
      this.#zero = this.a & value;
    } else if (operation === 5) this.y = this.#flags(value);
    else if (operation === 6) this.#compare(this.y, value);
    else if (operation === 7) this.#compare(this.x, value);
  }

  /** The fourth column, which the chip's makers left undefined: mostly one of the second and one of the third at once. */
  #undocumented(opcode: number): void {
    const mode = (opcode >> 2) & 7;
    const operation = opcode >> 5;
    if (mode === 2) {
      this.#undocumentedImmediate(operation, this.#fetch());
      return;
    }
    if (operation === 4) {
      this.#storeBoth(opcode, this.#address(opcode, this.y));
    } else if (operation === 5) {
      const value = this.#read(this.#address(opcode, this.y));
      if (mode === 6) this.stack = value & this.stack;
      this.a = this.#flags(mode === 6 ? this.stack : value);
      this.x = this.a;
    } else {
      const address = this.#address(opcode, this.x);
      const value = this.#shift(operation, this.#read(address));
      this.#write(address, value);
      this.#accumulate(opcode, value);
    }
  }

  /** SAX, and its kin whose value is joined with the high byte of the address. */
  #storeBoth(opcode: number, address: number): void {
    const both = this.a & this.x;
    const high = ((address >> 8) + 1) & 0xff;
    if (opcode === 0x9b) {
      this.stack = both;
      this.#write(address, both & high);
    } else this.#write(address, opcode === 0x93 || opcode === 0x9f ? both & high : both);
  }

  #undocumentedImmediate(operation: number, value: number): void {
    switch (operation) {
      case 0:
      case 1:
        this.a = this.#flags(this.a & value);
        this.carry = this.a >> 7;
        break;
      case 2:
        this.a = this.#shift(2, this.a & value);
        break;
      case 3:
        this.a = this.#shift(3, this.a & value);
        this.carry = (this.a >> 6) & 1;
        this.overflow = ((this.a >> 6) ^ (this.a >> 5)) & 1;
        break;
      case 4:
        this.a = this.#flags((this.a | UNSTABLE_BITS) & this.x & value);
        break;
      case 5:
        this.a = this.#flags((this.a | UNSTABLE_BITS) & value);
        this.x = this.a;
        break;
      case 6: {
        const difference = (this.a & this.x) - value;
        this.carry = difference >= 0 ? 1 : 0;
        this.x = this.#flags(difference & 0xff);
        break;
      }
      default:
        this.#subtract(value);
    }
  }

  /** Writes the registers to `out` from `at` on; returns where the next may write. */
  save(out: Int32Array, at: number): number {
    out[at] = this.cycles;
    out[at + 1] = this.pc;
    out[at + 2] = this.a;
    out[at + 3] = this.x;
    out[at + 4] = this.y;
    out[at + 5] = this.stack;
    out[at + 6] = this.status;
    out[at + 7] = this.#sign;
    out[at + 8] = this.#zero;
    return at + 9;
  }

  /** Reads what `save` wrote; returns where the next may read. */
  load(from: Int32Array, at: number): number {
    this.cycles = from[at];
    this.pc = from[at + 1];
    this.a = from[at + 2];
    this.x = from[at + 3];
    this.y = from[at + 4];
    this.stack = from[at + 5];
    this.status = from[at + 6];
    // The negative and the zero flag may both be set, after BIT.
    this.#sign = from[at + 7];
    this.#zero = from[at + 8];
    return at + 9;
  }
}
