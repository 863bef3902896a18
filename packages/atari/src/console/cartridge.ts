import { InputError, message } from '@zpin/contracts';

/** How a cartridge reaches more than the 4096 bytes that the console can address, by the name of its scheme. */
export type Scheme = '2K' | '4K' | 'F8' | 'F8SC' | 'F6' | 'F6SC' | 'F4' | 'F4SC' | 'E0' | 'FE' | '3F';

/** Bytes of the window through which the console sees a cartridge. */
const WINDOW = 0x1000;
/** Bytes of the memory that some cartridges bring. */
const EXTRA_RAM = 128;
/** Addresses of a window begin here. */
const BASE = 0x1000;
/** The first of the addresses at which F8, F6 and F4 switch. */
const SWITCHES = { F8: 0x1ff8, F6: 0x1ff6, F4: 0x1ff4 } as const;

/**
 * A cartridge. Most addresses show bytes of the present window; those outside of [`low`, `high`) do something when they are touched,
 * and go through `read`.
 */
export class Cartridge {
  readonly scheme: Scheme;
  /** What the console sees at present. */
  window: Uint8Array;
  /** Addresses, of 13 bits, from `low` up to `high` are plain memory. */
  readonly low: number;
  readonly high: number;
  readonly #image: Uint8Array;
  /** Whole windows, where a scheme switches those. */
  readonly #windows: readonly Uint8Array[];
  /** Windows that were put together of slices, by the numbers of these. */
  readonly #composed = new Map<number, Uint8Array>();
  readonly #ram = new Uint8Array(EXTRA_RAM);
  /** First address at which whole windows switch; beyond every address where they do not. */
  readonly #firstSwitch: number;
  readonly #hasRam: boolean;
  /** Window, or slice in each of the places. */
  readonly #banks = new Int32Array(4);

  /**
   * @param image the bytes of its ROM
   * @param scheme how it switches banks; omitted, its content tells
   * @throws InputError when no scheme fits its size
   */
  constructor(image: Uint8Array, scheme: Scheme = detectScheme(image)) {
    checkSize(image, scheme);
    this.#image = image;
    this.scheme = scheme;
    this.#hasRam = scheme.endsWith('SC');
    const kind = this.#hasRam ? scheme.slice(0, 2) : scheme;
    const switches = kind === 'F8' || kind === 'F6' || kind === 'F4' ? SWITCHES[kind] : 0x2000;
    this.#firstSwitch = switches;
    this.#windows = makeWindows(image, kind);
    this.low = this.#hasRam ? BASE + 2 * EXTRA_RAM : BASE;
    this.high = kind === 'E0' ? 0x1fe0 : kind === 'FE' ? 0 : switches;
    this.window = image;
    this.reset();
  }

  /** The state after power-on; `random` fills its memory, zeros where it is omitted. */
  reset(random?: () => number): void {
    for (let i = 0; i < EXTRA_RAM; i++) this.#ram[i] = this.#hasRam && random ? random() : 0;
    this.#banks.fill(0);
    if (this.scheme === 'E0') {
      for (let place = 0; place < 4; place++) this.#banks[place] = place + 4;
    } else if (this.scheme === 'F8' || this.scheme === 'F8SC') this.#banks[0] = 1;
    this.#show();
  }

  /** Reads where something happens: addresses of a switch, or of memory. `address` has its 16 bits. */
  read(address: number): number {
    this.#touch(address);
    const place = address & 0xfff;
    if (this.#hasRam && place < 2 * EXTRA_RAM) return this.#ram[place & (EXTRA_RAM - 1)];
    return this.window[place];
  }

  /** Writes to any address of the cartridge. */
  write(address: number, value: number): void {
    this.#touch(address);
    const place = address & 0xfff;
    if (this.#hasRam && place < EXTRA_RAM) this.#ram[place] = value;
  }

  /** Is told of each value that is written at or below 0x3f, which chooses the lower half of a 3F cartridge. */
  writeLow(value: number): void {
    if (this.scheme !== '3F') return;
    this.#banks[0] = value % (this.#image.length >> 11);
    this.#show();
  }

  #touch(address: number): void {
    const place = address & 0x1fff;
    if (this.scheme === 'FE') {
      this.#select((address & 0x2000) === 0 ? 1 : 0);
    } else if (this.scheme === 'E0') {
      if (place >= 0x1fe0 && place < 0x1ff8) {
        const slot = (place - 0x1fe0) >> 3;
        if (this.#banks[slot] === (place & 7)) return;
        this.#banks[slot] = place & 7;
        this.#show();
      }
    } else if (place >= this.#firstSwitch && place < this.#firstSwitch + this.#windows.length) {
      this.#select(place - this.#firstSwitch);
    }
  }

  #select(bank: number): void {
    this.#banks[0] = bank;
    this.window = this.#windows[bank];
  }

  /** Makes the window what the chosen banks say. */
  #show(): void {
    if (this.scheme === 'E0') this.window = this.#compose(0x400);
    else if (this.scheme === '3F') this.window = this.#compose(0x800);
    else this.window = this.#windows[this.#banks[0]];
  }

  /** The window of the chosen slices, each in its place, in front of what is always the end of the image. */
  #compose(size: number): Uint8Array {
    const banks = this.#banks;
    const chosen = size === 0x400 ? 3 : 1;
    let key = 0;
    for (let i = 0; i < chosen; i++) key = (key << 4) | banks[i];
    const known = this.#composed.get(key);
    if (known) return known;
    const window = this.#image.slice(this.#image.length - WINDOW);
    for (let i = 0; i < chosen; i++) window.set(this.#image.subarray(banks[i] * size, (banks[i] + 1) * size), i * size);
    this.#composed.set(key, window);
    return window;
  }

  /** Writes what can change to `out` from `at` on; returns where the next may write. */
  save(out: Int32Array, at: number): number {
    out.set(this.#banks, at);
    out.set(this.#ram, at + 4);
    return at + 4 + EXTRA_RAM;
  }

  /** Reads what `save` wrote; returns where the next may read. */
  load(from: Int32Array, at: number): number {
    this.#banks.set(from.subarray(at, at + 4));
    this.#ram.set(from.subarray(at + 4, at + 4 + EXTRA_RAM));
    this.#show();
    return at + 4 + EXTRA_RAM;
  }
}

/** Sizes of a ROM, in bytes, that a scheme can switch; all that divide a window are 2K. */
const SIZES: Readonly<Record<Exclude<Scheme, '2K'>, readonly number[]>> = {
  '4K': [4096],
  F8: [8192],
  F8SC: [8192],
  F6: [16384],
  F6SC: [16384],
  F4: [32768],
  F4SC: [32768],
  E0: [8192],
  FE: [8192],
  '3F': [8192, 16384, 32768],
};

function checkSize({ length }: Uint8Array, scheme: Scheme): void {
  if (scheme === '2K' ? length > 0 && length <= 2048 && WINDOW % length === 0 : SIZES[scheme].includes(length)) return;
  const sizes = scheme === '2K' ? 'a power of two up to 2048' : SIZES[scheme].join(', ');
  const expectation = `a ROM of the scheme ${scheme} must have ${sizes} bytes`;
  throw new InputError(message('Cartridge', expectation, length, 'Leave the scheme out, and the content tells'));
}

function makeWindows(image: Uint8Array, kind: string): readonly Uint8Array[] {
  if (kind === '2K') {
    const window = new Uint8Array(WINDOW);
    for (let at = 0; at < WINDOW; at += image.length) window.set(image, at);
    return [window];
  }
  if (kind === 'E0' || kind === '3F') return [];
  return Array.from({ length: image.length / WINDOW }, (_, bank) => image.subarray(bank * WINDOW, (bank + 1) * WINDOW));
}

/**
 * The scheme of a cartridge by its size and by what its program does.
 * @throws InputError when no scheme has that size
 */
export function detectScheme(image: Uint8Array): Scheme {
  const { length } = image;
  if (length > 0 && length <= 2048 && WINDOW % length === 0) return '2K';
  if (length === 4096) return '4K';
  if (length === 8192) return detect8K(image);
  if (length === 16384) return hasExtraRam(image) ? 'F6SC' : touches(image, 0x1ff6, 0x1ff9) > 0 ? 'F6' : (tiger(image) ?? 'F6');
  if (length === 32768) return hasExtraRam(image) ? 'F4SC' : touches(image, 0x1ff4, 0x1ffb) > 0 ? 'F4' : (tiger(image) ?? 'F4');
  throw new InputError(
    message('Cartridge', 'a ROM must have 2048, 4096, 8192, 16384 or 32768 bytes', length, 'Give the bare bytes of a cartridge'),
  );
}

function detect8K(image: Uint8Array): Scheme {
  if (hasExtraRam(image)) return 'F8SC';
  const slots = [0x1fe0, 0x1fe8, 0x1ff0].map(first => touches(image, first, first + 7));
  const plain = touches(image, 0x1ff8, 0x1ff9);
  if (slots.every(count => count > 0) && slots[0] + slots[1] + slots[2] > plain) return 'E0';
  if (plain > 0) return 'F8';
  return tiger(image) ?? (callsBothBanks(image) ? 'FE' : 'F8');
}

/** 3F, when there are several stores at 0x3f. */
function tiger(image: Uint8Array): Scheme | undefined {
  let stores = 0;
  for (let i = 0; i + 1 < image.length; i++) if (image[i] === 0x85 && image[i + 1] === 0x3f) stores++;
  return stores > 1 ? '3F' : undefined;
}

/** Opcodes by which programs touch a switch: NOP, BIT, EOR, STA, LDA and CMP at an absolute address. */
const ABSOLUTE = new Set([0x0c, 0x2c, 0x4d, 0x8d, 0xad, 0xcd]);

/** Instructions that read or write an address in [first, last] of the cartridge. */
function touches(image: Uint8Array, first: number, last: number): number {
  let count = 0;
  for (let i = 0; i + 2 < image.length; i++) {
    if (!ABSOLUTE.has(image[i])) continue;
    const address = image[i + 1] | (image[i + 2] << 8);
    if ((address & 0x1000) !== 0 && (address & 0x1fff) >= first && (address & 0x1fff) <= last) count++;
  }
  return count;
}

/** Memory in a cartridge covers the first 256 bytes of each bank, so that an image has the same filler in all of them. */
function hasExtraRam(image: Uint8Array): boolean {
  for (let bank = 0; bank < image.length; bank += WINDOW) {
    for (let i = 1; i < EXTRA_RAM; i++) if (image[bank + i] !== image[bank]) return false;
    for (let i = 0; i < EXTRA_RAM; i++) if (image[bank + i] !== image[bank + EXTRA_RAM + i]) return false;
  }
  return true;
}

/** FE switches by the address that a subroutine is called at: 0xd… and 0xf…. */
function callsBothBanks(image: Uint8Array): boolean {
  let low = 0;
  let high = 0;
  for (let i = 0; i + 2 < image.length; i++) {
    if (image[i] !== 0x20) continue;
    if (image[i + 2] >> 4 === 0xd) low++;
    else if (image[i + 2] >> 4 === 0xf) high++;
  }
  return low > 4 && high > 4;
}
