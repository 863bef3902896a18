import { InputError, message } from '@zpin/contracts';
import { type Mode, OPCODES, OPERAND_BYTES } from '../src/console/instructions.ts';

/** What an assembly leaves. */
export interface Program {
  readonly bytes: Uint8Array;
  /** Value of each label and constant. */
  readonly labels: ReadonlyMap<string, number>;
}

/**
 * Assembles a program for the 6507.
 *
 * One statement a line, `;` begins a comment: `label:`, `name = expression`, an instruction in the usual notation, `.org address`,
 * `.byte a, b, …`, `.word a, b, …`, `.align n`. Expressions know decimal, `$hex` and `%binary` numbers, names, `*` for the present
 * address, the signs `+ - & |` from left to right, and `<` or `>` before all of it for the low or the high byte. What is known below 0x100
 * when it is first met is addressed by the zero page.
 * @param source the program
 * @param origin address of the first byte
 * @param size bytes of the whole; those that nothing is assembled to are 0xff
 * @throws InputError with the line for what it does not understand
 */
export function assemble(source: string, { origin = 0xf000, size = 4096 }: { origin?: number; size?: number } = {}): Program {
  const lines = source.split('\n');
  const labels = new Map<string, number>();
  const widths: number[] = [];
  new Pass(lines, labels, widths, { origin, size, isLast: false }).run();
  const bytes = new Pass(lines, labels, widths, { origin, size, isLast: true }).run();
  return { bytes, labels };
}

interface PassOptions {
  readonly origin: number;
  readonly size: number;
  readonly isLast: boolean;
}

/** The first pass finds out where everything lies, the second writes it. */
class Pass {
  readonly lines: readonly string[];
  readonly labels: Map<string, number>;
  /** Bytes of the operand in each line, as the first pass chose them. */
  readonly widths: number[];
  readonly options: PassOptions;
  readonly #bytes: Uint8Array;
  #address: number;
  #line = 0;

  constructor(lines: readonly string[], labels: Map<string, number>, widths: number[], options: PassOptions) {
    this.lines = lines;
    this.labels = labels;
    this.widths = widths;
    this.options = options;
    this.#bytes = new Uint8Array(options.size).fill(0xff);
    this.#address = options.origin;
  }

  run(): Uint8Array {
    for (const [index, line] of this.lines.entries()) {
      this.#line = index;
      this.#statement(line.replace(/;.*$/, '').trim());
    }
    return this.#bytes;
  }

  #fail(expectation: string, actual: unknown, remedy: string): never {
    throw new InputError(message(`assemble (line ${this.#line + 1})`, expectation, actual, remedy));
  }

  #statement(text: string): void {
    const label = /^(\w+):\s*/.exec(text);
    const rest = label ? text.slice(label[0].length) : text;
    if (label) this.#define(label[1], this.#address);
    if (rest === '') return;
    const constant = /^(\w+)\s*=\s*(.+)$/.exec(rest);
    if (constant) {
      this.#define(
        constant[1],
        this.#value(constant[2]) ?? this.#fail('a constant must be known where it is made', rest, 'Move it down'),
      );
      return;
    }
    const [, name, operand] =
      /^(\.?\w+)\s*(.*)$/.exec(rest) ?? this.#fail('a statement must begin with a name', rest, 'Correct it');
    if (name.startsWith('.')) this.#directive(name, operand);
    else this.#instruction(name.toLowerCase(), operand);
  }

  #define(name: string, value: number): void {
    const known = this.labels.get(name);
    if (known !== undefined && (!this.options.isLast || known !== value)) {
      this.#fail('a name must be defined once', name, 'Choose another name');
    }
    this.labels.set(name, value);
  }

  #directive(name: string, operand: string): void {
    const values = operand.split(',').map(part => this.#value(part) ?? (this.options.isLast ? this.#unknown(part) : 0));
    if (name === '.org') this.#address = values[0];
    else if (name === '.align') while (this.#address % values[0] !== 0) this.#address++;
    else if (name === '.byte') for (const value of values) this.#emit(value);
    else if (name === '.word') {
      for (const value of values) {
        this.#emit(value & 0xff);
        this.#emit(value >> 8);
      }
    } else this.#fail('a directive must be one of .org, .align, .byte and .word', name, 'Use one of these');
  }

  #emit(value: number): void {
    const place = this.#address - this.options.origin;
    if (place < 0 || place >= this.options.size) this.#fail('a program must lie within its ROM', this.#address, 'Shorten it');
    if (value < -128 || value > 255)
      this.#fail('a byte must be in [-128, 255]', value, 'Take the low or the high byte with < or >');
    this.#bytes[place] = value & 0xff;
    this.#address++;
  }

  #instruction(name: string, operand: string): void {
    const modes = OPCODES.get(name) ?? this.#fail('an instruction must be one of the 6502', name, 'Correct it');
    if (modes.has('relative')) {
      this.#branch(modes.get('relative') as number, operand);
      return;
    }
    const [mode, text] = this.#mode(modes, operand);
    const opcode =
      modes.get(mode) ?? this.#fail(`${name} must have an operand that it knows`, operand, 'Use another instruction');
    this.#emit(opcode);
    const bytes = OPERAND_BYTES[mode];
    const value = bytes === 0 ? 0 : (this.#value(text) ?? (this.options.isLast ? this.#unknown(text) : 0));
    if (bytes > 0) this.#emit(bytes === 1 ? value : value & 0xff);
    if (bytes > 1) this.#emit((value >> 8) & 0xff);
  }

  #branch(opcode: number, operand: string): void {
    const next = this.#address + 2;
    const target = this.#value(operand) ?? (this.options.isLast ? this.#unknown(operand) : next);
    const distance = target - next;
    if (this.options.isLast && (distance < -128 || distance > 127)) {
      this.#fail('a branch must lead at most 128 bytes away', distance, 'Jump instead');
    }
    this.#emit(opcode);
    this.#emit(Math.max(-128, Math.min(127, distance)));
  }

  #mode(modes: ReadonlyMap<Mode, number>, operand: string): readonly [Mode, string] {
    if (operand === '' || /^a$/i.test(operand)) return ['implied', ''];
    if (operand.startsWith('#')) return ['immediate', operand.slice(1)];
    const indirect = /^\((.+?)(,\s*x)?\)(\s*,\s*y)?$/i.exec(operand);
    if (indirect) return [indirect[2] ? 'indirectX' : indirect[3] ? 'indirectY' : 'indirect', indirect[1]];
    const [, text, index] = /^(.+?)(?:\s*,\s*([xy]))?$/i.exec(operand) as RegExpExecArray;
    const suffix = (index?.toUpperCase() ?? '') as '' | 'X' | 'Y';
    const short: Mode = `zeroPage${suffix}`;
    const long: Mode = `absolute${suffix}`;
    if (!this.options.isLast) {
      const value = this.#value(text);
      this.widths[this.#line] = modes.has(short) && (!modes.has(long) || (value !== undefined && value < 0x100)) ? 1 : 2;
    }
    return [this.widths[this.#line] === 1 ? short : long, text];
  }

  #unknown(text: string): never {
    return this.#fail('a name must be defined', text.trim(), 'Define it');
  }

  /** The value of an expression; `undefined` when it has a name that is not known yet. */
  #value(expression: string): number | undefined {
    const text = expression.trim();
    if (text.startsWith('<') || text.startsWith('>')) {
      const whole = this.#value(text.slice(1));
      return whole === undefined ? undefined : text.startsWith('<') ? whole & 0xff : (whole >> 8) & 0xff;
    }
    let result: number | undefined = 0;
    let sign = '+';
    for (const token of text.match(/\$[\da-f]+|%[01]+|\w+|\*|[-+&|]|\S/gi) ?? this.#unknown(text)) {
      if (/^[-+&|]$/.test(token)) sign = token;
      else {
        const value = this.#atom(token);
        if (value === undefined) result = undefined;
        else if (result !== undefined) result = combine(result, sign, value);
      }
    }
    return result;
  }

  #atom(token: string): number | undefined {
    if (token === '*') return this.#address;
    if (/^\d+$/.test(token)) return Number(token);
    if (token.startsWith('$')) return Number.parseInt(token.slice(1), 16);
    if (token.startsWith('%')) return Number.parseInt(token.slice(1), 2);
    if (!/^\w+$/.test(token)) this.#fail('an expression must be made of numbers, names and + - & |', token, 'Correct it');
    return this.labels.get(token);
  }
}

function combine(left: number, sign: string, right: number): number {
  if (sign === '+') return left + right;
  if (sign === '-') return left - right;
  return sign === '&' ? left & right : left | right;
}
