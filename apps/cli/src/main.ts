#!/usr/bin/env node
import { main } from './cli.ts';
import { processIo } from './io.ts';

const exitCode = await main(process.argv.slice(2), processIo());
// An output that broke has set it already.
process.exitCode ||= exitCode;
