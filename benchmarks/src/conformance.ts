/**
 * `pnpm bench conformance --engine webgpu [--backend cpu] [--write file.md]`: one engine against plain JavaScript, operation by
 * operation with first and second derivatives, and on whole programs of algorithms as a short training makes them.
 *
 * The table has the largest errors, of an operation relative to its largest number or 1, of a program after some calls relative to
 * the largest number of a vector. `--write` puts it into a file, in place of what that says of the same engine.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createEngine, type EngineChoice, type TensorflowBackend } from '@zpin/core';
import { derivatives } from '../../packages/core/test/derivatives.ts';
import { opCases } from '../../packages/core/test/op-cases.ts';
import { type Found, programErrors } from './lib/program-errors.ts';
import { table } from './lib/table.ts';

const { values: flags } = parseArgs({
  options: {
    engine: { type: 'string', default: 'onnx' },
    backend: { type: 'string' },
    write: { type: 'string' },
  },
});
/** Float32 rounding of one operation. */
const OPERATION_TOLERANCE = 2e-5;
/** And of some updates, which make much of it where gradients are tiny. */
const PROGRAM_TOLERANCE = 3e-4;

// The engine checks both names itself.
const engine = await createEngine(flags.engine as EngineChoice, {
  ...(flags.backend !== undefined && { backend: flags.backend as TensorflowBackend }),
});
const reference = await createEngine('tensorflow', { backend: 'cpu' });

async function operationErrors(): Promise<Found[]> {
  const found: Found[] = [];
  for (const subject of opCases) {
    const expected = await derivatives(reference, subject);
    try {
      const actual = await derivatives(engine, subject);
      for (const [key, numbers] of Object.entries(expected)) {
        const scale = numbers.reduce((size, value) => Math.max(size, Number.isFinite(value) ? Math.abs(value) : 0), 1);
        let error = 0;
        for (const [i, value] of numbers.entries()) {
          const off = Object.is(value, actual[key][i]) ? 0 : Math.abs(value - actual[key][i]) / scale;
          // What is not a number is the largest error of all.
          if (!(off <= error)) error = off;
        }
        found.push({ group: key.replace(/\d/, ''), name: subject.name, error, problem: null });
      }
    } catch (error) {
      found.push({ group: 'value', name: subject.name, error: Number.NaN, problem: String(error).split('\n')[0] });
    }
  }
  return found;
}

function row(title: string, found: readonly Found[], tolerance: number): string[] {
  const worst = found.reduce((most, one) => (one.error <= most.error || Number.isNaN(one.error) ? most : one));
  const wrong = found.filter(({ error }) => !(error <= tolerance));
  for (const { name, error, problem } of wrong)
    missed.push(`- ${title}, ${name}: ${problem ?? `off by ${error.toExponential(1)}`}`);
  return [title, `${found.length - wrong.length} of ${found.length}`, worst.error.toExponential(1), worst.name];
}

const missed: string[] = [];
const operations = await operationErrors();
const programs = await programErrors(engine, reference);
const titles = { value: 'values', gradient: 'gradients', second: 'second derivatives' };
const rows = Object.entries(titles).map(([group, title]) =>
  row(
    title,
    operations.filter(found => found.group === group),
    OPERATION_TOLERANCE,
  ),
);
rows.push(row('programs of algorithms', programs, PROGRAM_TOLERANCE));
const result = table(['what', 'within tolerance', 'largest error', 'of'], rows);
const list = missed.length === 0 ? '' : `\nNot within:\n\n${missed.join('\n')}\n`;
const section = `## ${engine.description}, Node ${process.versions.node.split('.')[0]}\n\n${result}\n${list}`;
process.exitCode = missed.length === 0 ? 0 : 1;
process.stdout.write(section);

if (flags.write !== undefined) {
  const intro = [
    '# Engines beside plain JavaScript',
    '',
    'Written by `pnpm bench conformance --engine … --write benchmarks/results/conformance.md`, for `@tensorflow/tfjs-node` and its build for GPUs',
    'by `pnpm check:tfjs-node --write`. Operations may differ by 2e-5 of their largest number or 1, vectors of a program after ten calls by 3e-4 of',
    'their largest number.',
    '',
  ].join('\n');
  const before = existsSync(flags.write) ? readFileSync(flags.write, 'utf8') : intro;
  const [head, ...sections] = before.split(/^(?=## )/m);
  const title = section.split('\n', 1)[0];
  const others = sections.map(text => `${text.trimEnd()}\n`).filter(text => text.split('\n', 1)[0] !== title);
  writeFileSync(flags.write, [`${head.trimEnd()}\n`, ...[...others, section].toSorted()].join('\n'));
}
