import { assemble } from '../assembler/assembler.ts';
import { Bus } from '../src/console/bus.ts';
import { Cartridge } from '../src/console/cartridge.ts';
import { Console, type ConsoleOptions } from '../src/console/console.ts';
import { Painter } from '../src/console/painter.ts';
import { Processor } from '../src/console/processor.ts';
import { Riot } from '../src/console/riot.ts';
import { Tia } from '../src/console/tia.ts';

/** Names of the registers that the tests use. */
export const REGISTERS = `
VSYNC = 0
VBLANK = 1
WSYNC = 2
NUSIZ0 = 4
COLUP0 = 6
COLUP1 = 7
COLUPF = 8
COLUBK = 9
CTRLPF = 10
REFP0 = 11
PF0 = 13
PF1 = 14
PF2 = 15
RESP0 = 16
RESP1 = 17
RESM0 = 18
RESBL = 20
GRP0 = $1b
GRP1 = $1c
ENAM0 = $1d
ENABL = $1f
HMP0 = $20
VDELP0 = $25
RESMP0 = $28
HMOVE = $2a
HMCLR = $2b
CXCLR = $2c
CXP0FB = $02
CXPPMM = $07
INPT0 = $08
INPT4 = $0c
SWCHA = $280
SWACNT = $281
SWCHB = $282
INTIM = $284
INSTAT = $285
TIM1T = $294
TIM8T = $295
TIM64T = $296
`;

/** A ROM of 4096 bytes that begins with `source`. */
export function romOf(source: string): Uint8Array {
  return assemble(`${REGISTERS}\n${source}\n .org $fffc\n .word $f000, $f000`).bytes;
}

/** What a processor needs, without what is around it in a console. */
export function machineOf(cartridge: Cartridge): { processor: Processor; tia: Tia; riot: Riot } {
  const tia = new Tia(new Painter(34, 210));
  const riot = new Riot();
  return { processor: new Processor(new Bus(tia, riot, cartridge)), tia, riot };
}

/** Runs a program up to its label `end`, by the instruction. */
export function runProgram(source: string): { processor: Processor; ram: Uint8Array } {
  const { bytes, labels } = assemble(`${REGISTERS}\n${source}\nend: nop\n .org $fffc\n .word $f000, $f000`);
  const { processor, riot } = machineOf(new Cartridge(bytes));
  processor.reset();
  for (let steps = 0; processor.pc !== labels.get('end'); steps++) {
    if (steps > 20_000) throw new Error(`the program does not come to its end, it is at ${processor.pc.toString(16)}`);
    processor.step();
  }
  return { processor, ram: riot.ram };
}

/**
 * A console that shows the same picture over and over: `setUp` runs once, `kernel` at the beginning of the first line of each
 * picture, after WSYNC; then the program waits for the rest of 262 lines, of which the kernel takes `kernelLines`.
 */
export function pictureOf(setUp: string, kernel: string, kernelLines: number, options: ConsoleOptions = {}): Console {
  const source = `
start: cld
 ldx #$ff
 txs
 ${setUp}
frame: lda #2
 sta VSYNC
 sta WSYNC
 sta WSYNC
 sta WSYNC
 lda #0
 sta VSYNC
 ldx #34
above: sta WSYNC
 dex
 bne above
 ${kernel}
 ldx #${225 - kernelLines}
below: sta WSYNC
 dex
 bne below
 jmp frame`;
  const console = new Console(romOf(source), options);
  for (let i = 0; i < 3; i++) console.frame();
  return console;
}

/** One row of a picture: lengths of equal colours, as `[pixels, colour]`. */
export function runsOf(console: Console, row: number): [number, number][] {
  const runs: [number, number][] = [];
  for (let x = 0; x < 160; x++) {
    const color = console.picture[row * 160 + x];
    const last = runs.at(-1);
    if (last?.[1] === color) last[0]++;
    else runs.push([1, color]);
  }
  return runs;
}
