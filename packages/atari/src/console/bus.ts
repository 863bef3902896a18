import type { Cartridge } from './cartridge.ts';
import type { Riot } from './riot.ts';
import type { Tia } from './tia.ts';

/** Which of the chips answers at an address, of which the console decodes 13 bits. */
export class Bus {
  readonly tia: Tia;
  readonly riot: Riot;
  readonly cartridge: Cartridge;
  /**
   * What was on the bus last, for inputs that drive only some of its lines. Each instruction sets it anew, so that it is no part of the
   * state between two of them.
   */
  last = 0;

  constructor(tia: Tia, riot: Riot, cartridge: Cartridge) {
    this.tia = tia;
    this.riot = riot;
    this.cartridge = cartridge;
  }

  /** A byte of the program, which nearly always lies in plain memory of the cartridge. */
  fetch(address: number, cycles: number): number {
    const cartridge = this.cartridge;
    const place = address & 0x1fff;
    this.last = place >= cartridge.low && place < cartridge.high ? cartridge.window[address & 0xfff] : this.read(address, cycles);
    return this.last;
  }

  read(address: number, cycles: number): number {
    const cartridge = this.cartridge;
    const place = address & 0x1fff;
    if (place >= 0x1000) {
      if (place >= cartridge.low && place < cartridge.high) return cartridge.window[address & 0xfff];
      return cartridge.read(address);
    }
    if ((place & 0x80) === 0) return this.tia.read(place & 0x0f, this.last, cycles);
    if ((place & 0x200) === 0) {
      this.last = this.riot.ram[place & 0x7f];
      return this.last;
    }
    return this.riot.read(place, cycles);
  }

  /** Whether the instruction at `address` of plain memory is `LDA INTIM`. */
  isTimerRead(address: number): boolean {
    const { window, low, high } = this.cartridge;
    const place = address & 0x1fff;
    const at = address & 0xfff;
    return place >= low && place + 2 < high && window[at] === 0xad && window[at + 1] === 0x84 && window[at + 2] === 0x02;
  }

  /** How many reads of the timer, the first at `cycles` and then every `interval`, show `value` before it counts on; 0 if none does. */
  readsBeforeTick(cycles: number, interval: number, value: number): number {
    return this.riot.readsBeforeTick(cycles, interval, value);
  }

  /** Writes `value`; returns the cycle from which the processor goes on, which waits for the beam where it asked to. */
  write(address: number, value: number, cycles: number): number {
    const place = address & 0x1fff;
    if (place >= 0x1000) this.cartridge.write(address, value);
    else if ((place & 0x80) === 0) {
      if (place < 0x40) this.cartridge.writeLow(value);
      return this.tia.write(place & 0x3f, value, cycles);
    } else if ((place & 0x200) === 0) this.riot.ram[place & 0x7f] = value;
    else this.riot.write(place, value, cycles);
    return cycles;
  }
}
