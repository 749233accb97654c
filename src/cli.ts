#!/usr/bin/env node
import { listenForSignals } from './cli/interrupt';
import { runCommandLine } from './cli/program';

// A reader that has seen enough (`| head`) closes the pipe: that ends the output, it is no failure.
process.stderr.on('error', () => undefined);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`brainlens: standard output cannot be written (${error.code ?? error.message}).\n`);
  process.exit(2);
});

listenForSignals();
process.exitCode = await runCommandLine(process.argv.slice(2), process);
