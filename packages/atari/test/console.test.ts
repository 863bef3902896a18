import { CheckpointError, InputError, Rng } from '@zpin/contracts';
import { describe, expect, test } from 'vitest';
import { Cartridge, detectScheme, type Scheme } from '../src/console/cartridge.ts';
import { Console } from '../src/console/console.ts';
import { GRAY } from '../src/console/palette.ts';
import { PowerOnNoise } from '../src/console/power-on.ts';
import { pictureOf, romOf, runProgram, runsOf } from './machine.ts';

describe('the timer', () => {
  test.each([
    // Stored at the end of a cycle, loaded four cycles later: one period has begun.
    ['TIM1T', '', 10 - 4],
    ['TIM8T', '', 9],
    ['TIM64T', '', 9],
    // The first period ends with its last cycle.
    ['TIM8T', 'nop\n nop', 9],
    ['TIM8T', 'nop\n nop\n nop', 8],
  ])('counts periods down: %s %s', (register, idle, value) => {
    expect(runProgram(` lda #10\n sta ${register}\n ${idle}\n lda INTIM\n sta $80`).ram[0]).toBe(value);
  });

  test('counts cycles once it has run out, and periods again once that was read', () => {
    // 8 cycles are over after the first read of 12; 8 - 12 = -4. Then every 8 cycles count: reads come every 7.
    const reads = Array.from({ length: 4 }, (_, i) => ` lda INTIM\n sta $${80 + i}`).join('\n');
    const { ram } = runProgram(` lda #1\n sta TIM8T\n nop\n nop\n nop\n nop\n${reads}`);
    expect([...ram.subarray(0, 4)]).toEqual([0xfc, 0xfb, 0xfa, 0xf9]);
  });

  test('is waited for in as much time as it takes, whether rounds of the wait are counted or run', () => {
    // The timer is seen at several addresses; only rounds of a wait for the usual one are counted. Three waits, of which the second
    // branches into another page, and one for the sign.
    const play = (address: string) => {
      const wait = (name: string, branch: string) => `lda #9\n sta TIM64T\n${name}: lda ${address}\n ${branch} ${name}\n inc $80`;
      const kernel = `${wait('first', 'bne')}\n jmp second - 5\n .org $f0f7\n ${wait('second', 'bne')}\n ${wait('third', 'bpl')}`;
      const console = pictureOf('', kernel, 26);
      for (let i = 0; i < 5; i++) console.frame();
      return console.state();
    };
    const counted = play('$0284');
    expect(counted).toEqual(play('$02a4'));
    expect(counted[0]).toBeGreaterThan(26 * 76);
  });

  test('raises its flag when it runs out', () => {
    const idle = 'nop\n nop\n nop\n nop';
    expect(runProgram(` lda #1\n sta TIM8T\n lda INSTAT\n sta $80\n ${idle}\n lda INSTAT\n sta $81`).ram.subarray(0, 2)).toEqual(
      Uint8Array.of(0, 0x80),
    );
  });
});

describe('controls', () => {
  test.each([18, -1, 0.5, Number.NaN])('refuse %d, which is no action', action => {
    expect(() => pictureOf('', '', 0).controls.hold(action)).toThrow(
      `Controls.hold: an action must be an integer in [0, 17], got ${action}. Use a place in ACTION_NAMES.`,
    );
  });

  const reading = 'lda SWCHA\n sta $80\n lda INPT4\n sta $81\n lda SWCHB\n sta $82';

  test.each([
    [0, 0xff, 0x8c],
    [1, 0xff, 0x0c],
    [2, 0xef, 0x8c],
    [3, 0x7f, 0x8c],
    [4, 0xbf, 0x8c],
    [5, 0xdf, 0x8c],
    [17, 0x9f, 0x0c],
  ])('a joystick pulls its lines down: action %i', (action, directions, fire) => {
    const console = pictureOf('', reading, 0);
    console.controls.hold(action);
    console.frame();
    expect([console.ram[0], console.ram[1]]).toEqual([directions, fire]);
  });

  test('switches: reset and select are 0 while they are pressed, difficulties are 1 for A', () => {
    const console = pictureOf('', reading, 0);
    expect(console.ram[2]).toBe(0x3f);
    console.holdReset(1);
    expect(console.ram[2]).toBe(0x3e);
    console.holdSelect(1);
    expect(console.ram[2]).toBe(0x3d);
    console.difficulty = 2;
    console.frame();
    expect(console.ram[2]).toBe(0xbf);
  });

  test('a paddle charges its capacitor the sooner, the further right it is turned', () => {
    // Counts lines from the release of the capacitors until the input is high.
    const count =
      'lda #$80\n sta VBLANK\n sta WSYNC\n lda #0\n sta VBLANK\n ldx #0\nwait: sta WSYNC\n inx\n lda INPT0\n bpl wait\n stx $80';
    const console = pictureOf('', count, 110, { controller: 'paddle0' });
    // 408,823 ohms: 1.6 · 408823 · 10 nF · 1.19 MHz = 7783 cycles, 102.4 lines.
    expect(console.ram[0]).toBe(103);
    console.controls.hold(3);
    console.frame();
    // 385,823 ohms: 7346 cycles, 96.7 lines.
    expect(console.ram[0]).toBe(97);
  });
});

describe('cartridges', () => {
  /** An image in which each byte is the number of its 1024 bytes. */
  const numbered = (kilobytes: number) => Uint8Array.from({ length: kilobytes * 1024 }, (_, i) => i >> 10);
  const see = (cartridge: Cartridge, address: number) =>
    (address & 0x1fff) >= cartridge.low && (address & 0x1fff) < cartridge.high
      ? cartridge.window[address & 0xfff]
      : cartridge.read(address);

  test('2K shows its bytes twice', () => {
    const cartridge = new Cartridge(numbered(2), '2K');
    expect([0x1000, 0x1400, 0x1800, 0x1c00].map(address => see(cartridge, address))).toEqual([0, 1, 0, 1]);
  });

  test.each([
    ['F8', 8, 0x1ff8, 2],
    ['F6', 16, 0x1ff6, 4],
    ['F4', 32, 0x1ff4, 8],
  ] as const)('%s shows the window whose address is touched, by reading or writing', (scheme, kilobytes, first, windows) => {
    const cartridge = new Cartridge(numbered(kilobytes), scheme);
    for (let window = 0; window < windows; window++) {
      if (window % 2 === 0) cartridge.read(first + window);
      else cartridge.write(first + window, 0);
      expect([see(cartridge, 0x1000), see(cartridge, 0x1c00)]).toEqual([4 * window, 4 * window + 3]);
    }
  });

  test('memory in a cartridge is written in its first 128 bytes and read in the next', () => {
    const cartridge = new Cartridge(numbered(8), 'F8SC');
    cartridge.write(0x1005, 0x5a);
    expect(cartridge.read(0x1085)).toBe(0x5a);
    cartridge.read(0x1ff8);
    expect([cartridge.read(0x1085), see(cartridge, 0x1100)]).toEqual([0x5a, 0]);
  });

  test('E0 shows three slices that are chosen one by one, and the last', () => {
    const cartridge = new Cartridge(numbered(8), 'E0');
    for (const address of [0x1fe2, 0x1fed, 0x1ff1]) cartridge.read(address);
    expect([0x1000, 0x1400, 0x1800, 0x1c00].map(address => see(cartridge, address))).toEqual([2, 5, 1, 7]);
  });

  test('3F chooses its lower half by what is written below 0x40', () => {
    const cartridge = new Cartridge(numbered(8), '3F');
    cartridge.writeLow(2);
    expect([0x1000, 0x1400, 0x1800, 0x1c00].map(address => see(cartridge, address))).toEqual([4, 5, 6, 7]);
  });

  test('FE shows one window at 0xf000 and the other at 0xd000', () => {
    const cartridge = new Cartridge(numbered(8), 'FE');
    expect([see(cartridge, 0xf000), see(cartridge, 0xd000)]).toEqual([0, 4]);
  });

  test('the content tells the scheme', () => {
    const image = (kilobytes: number, ...code: number[]) => {
      const bytes = Uint8Array.from({ length: kilobytes * 1024 }, (_, i) => (i * 7) & 0xff);
      bytes.set(code, 300);
      return bytes;
    };
    const schemes: readonly (readonly [Scheme, Uint8Array])[] = [
      ['2K', image(2)],
      ['4K', image(4)],
      ['F8', image(8, 0xad, 0xf9, 0xff)],
      ['E0', image(8, 0xad, 0xe1, 0xff, 0x8d, 0xe9, 0xff, 0xad, 0xf3, 0xbf)],
      ['FE', image(8, ...Array.from({ length: 30 }, (_, i) => [0x20, 0x12, i % 6 === 2 ? 0xd0 : 0xf0][i % 3]))],
      ['3F', image(8, 0x85, 0x3f, 0xea, 0x85, 0x3f)],
      ['F6', image(16, 0xad, 0xf7, 0xff)],
      ['F4', image(32, 0xad, 0xf5, 0xff)],
      ['F8SC', new Uint8Array(8192)],
    ];
    expect(schemes.map(([, bytes]) => detectScheme(bytes))).toEqual(schemes.map(([scheme]) => scheme));
  });

  test('a size that no cartridge has is refused', () => {
    expect(() => new Console(new Uint8Array(5000))).toThrow(InputError);
    expect(() => new Console(new Uint8Array(0))).toThrow(
      'Cartridge: a ROM must have 2048, 4096, 8192, 16384 or 32768 bytes, got 0. Give the bare bytes of a cartridge.',
    );
    expect(() => new Console(numbered(4), { scheme: 'F8' })).toThrow(
      'Cartridge: a ROM of the scheme F8 must have 8192 bytes, got 4096. Leave the scheme out, and the content tells.',
    );
    expect(() => new Cartridge(new Uint8Array(1500), '2K')).toThrow('must have a power of two up to 2048 bytes, got 1500');
  });
});

test('memory after power-on is clear, or noise from the Mersenne Twister that starts anew', () => {
  // numpy.random.RandomState(4753849).randint(0, 2**32, dtype=uint64), lowest bytes of the first six.
  const rom = romOf('loop: jmp loop');
  expect(new Console(rom).ram.every(byte => byte === 0)).toBe(true);
  const { ram } = new Console(rom, { powerOn: 'ale' });
  expect([...ram.subarray(0, 6)]).toEqual([184, 150, 192, 73, 203, 85]);
  const noise = new PowerOnNoise();
  const words = Array.from({ length: 700 }, () => noise.next());
  noise.goTo(650);
  expect(noise.next()).toBe(words[650]);
});

test('memory of a cartridge after power-on is clear, or noise that is drawn behind that of the timer', () => {
  const rom = new Uint8Array(8192);
  // In the last bank, at $f100: lda $f080, sta $80, lda $f0ff, sta $81, and a loop.
  rom.set([0xad, 0x80, 0xf0, 0x85, 0x80, 0xad, 0xff, 0xf0, 0x85, 0x81, 0x4c, 0x0a, 0xf1], 0x1100);
  rom.set([0x00, 0xf1], 0x1ffc);
  const read = (powerOn: 'ale' | 'zeros') => {
    const console = new Console(rom, { powerOn });
    console.frame();
    return [console.cartridge.scheme, console.ram[0], console.ram[1]];
  };
  expect(read('zeros')).toEqual(['F8SC', 0, 0]);
  // 128 words of memory, 128 of the cartridge's at first, one for nothing, one of the timer.
  const noise = new PowerOnNoise();
  const bytes = Array.from({ length: 400 }, () => noise.next() & 0xff);
  expect(read('ale')).toEqual(['F8SC', bytes[258], bytes[258 + 127]]);
});

test('a frame without a picture is the same in everything else', () => {
  const kernel = 'inc $80\n lda $80\n sta COLUBK\n sta GRP0\n sta RESP0\n lda CXP0FB\n sta $81';
  const [seen, unseen] = [pictureOf('', kernel, 1), pictureOf('', kernel, 1)];
  unseen.isDrawing = false;
  for (let i = 0; i < 50; i++) {
    seen.frame();
    unseen.frame();
  }
  unseen.isDrawing = true;
  seen.frame();
  unseen.frame();
  expect(unseen.state()).toEqual(seen.state());
});

test('a picture ends with its 291st line, whether its program has ended it or not', () => {
  // A program that counts its pictures, of 3 and twice `half` lines, from one end of the vertical synchronisation to the next.
  const pictures = (half: number) => {
    const console = new Console(
      romOf(`
start: lda #0
 sta $80
frame: inc $80
 lda #2
 sta VSYNC
 sta WSYNC
 sta WSYNC
 sta WSYNC
 lda #0
 sta VSYNC
 ldx #${half}
first: sta WSYNC
 dex
 bne first
 ldx #${half}
second: sta WSYNC
 dex
 bne second
 jmp frame`),
    );
    for (let i = 0; i < 21; i++) console.frame();
    return console.ram[0];
  };
  // 3 + 2 · 143 = 289 lines: one picture each. 3 + 2 · 146 = 295: a second one holds the rest.
  expect([pictures(143), pictures(146)]).toEqual([21, 11]);
});

test('a program that never ends its picture is given up frame by frame, and its time does not grow', () => {
  const console = new Console(romOf('loop: inc $80\n lda INTIM\n jmp loop'));
  for (let i = 0; i < 400; i++) console.frame();
  expect(console.state()[0]).toBeLessThan(1 << 25);
});

test('pictures in colour and in grey', () => {
  const console = pictureOf('lda #$44\n sta COLUBK', '', 0);
  const rgb = new Uint8Array(3 * 160 * 210);
  console.writeRgb(rgb);
  expect([...rgb.subarray(30_000, 30_003)]).toEqual([0xb8, 0x32, 0x32]);
  const gray = new Uint8Array(160 * 210 + 1);
  console.writeGray(gray, 1);
  // 0.299 · 184 + 0.587 · 50 + 0.114 · 50 = 90.07
  expect([gray[10_001], GRAY[0x44], runsOf(console, 3).length]).toEqual([90, 90, 1]);
});

describe('a state', () => {
  test('taken and restored at any frame, the console goes on bit for bit, also with random programs', () => {
    const rng = new Rng(7);
    for (let trial = 0; trial < 40; trial++) {
      const rom = Uint8Array.from({ length: [2048, 4096, 8192, 16384, 32768][trial % 5] }, () => rng.integers(0, 256));
      const console = new Console(rom, {
        powerOn: trial % 2 === 0 ? 'ale' : 'zeros',
        controller: trial % 3 === 0 ? 'paddle0' : 'joystick',
      });
      const play = (frames: number, first: number) => {
        for (let i = 0; i < frames; i++) {
          console.controls.hold((first + i) % 18);
          console.frame();
        }
      };
      play(1 + (trial % 4), 3);
      const before = console.state();
      play(3, 5);
      const after = console.state();
      console.reset();
      play(2, 1);
      console.restore(before);
      expect(console.state()).toEqual(before);
      play(3, 5);
      expect(console.state()).toEqual(after);
    }
  });

  test('of another size is refused', () => {
    const console = new Console(romOf('loop: jmp loop'));
    expect(() => console.restore(new Int32Array(3))).toThrow(CheckpointError);
  });
});

test('programs of any bytes run for frames without an error, under every scheme', () => {
  const rng = new Rng(11);
  const schemes: readonly (readonly [Scheme, number])[] = [
    ['2K', 2],
    ['4K', 4],
    ['F8', 8],
    ['F8SC', 8],
    ['F6', 16],
    ['F6SC', 16],
    ['F4', 32],
    ['F4SC', 32],
    ['E0', 8],
    ['FE', 8],
    ['3F', 8],
  ];
  for (let trial = 0; trial < 110; trial++) {
    const [scheme, kilobytes] = schemes[trial % schemes.length];
    const rom = Uint8Array.from({ length: kilobytes * 1024 }, () => rng.integers(0, 256));
    const console = new Console(rom, { scheme });
    for (let i = 0; i < 3; i++) console.frame();
    expect(console.picture.every(color => (color & 1) === 0)).toBe(true);
  }
});
