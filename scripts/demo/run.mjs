// Child processes and Ctrl-C.
import { spawn } from 'node:child_process';

/** A step went wrong and has said so: one line, no stack. */
export class Failed extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The person pressed Ctrl-C. */
export class Interrupted extends Error {}

const children = new Set();
const cleanups = new Set();
let interrupted = false;

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (interrupted) leave();
    interrupted = true;
    for (const child of children) child.kill(signal);
    if (children.size === 0) leave();
  });
}

/** Calls `cleanup` if the demo is left by a signal. Returns a function that takes that back. */
export function onLeave(cleanup) {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

/**
 * Runs a command to its end; its error stream, and its output too unless `quietOutput`, go to our error stream (nothing
 * when `silent`). A command that `explains` its failures itself gets no second message.
 * Throws `Failed` when it fails or cannot be started, `Interrupted` after Ctrl-C.
 */
export async function run(command, args, { cwd, env, quietOutput = false, silent = false, explains = false } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', quietOutput || silent ? 'ignore' : 2, silent ? 'ignore' : 'inherit'],
    // npm and pip are .cmd files on Windows.
    shell: process.platform === 'win32' && command !== process.execPath,
  });
  children.add(child);
  const code = await new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Failed(`${command} could not be started (${error.code}).`)));
    child.on('close', (status, signal) => resolve(status ?? signal));
  }).finally(() => children.delete(child));
  if (interrupted) throw new Interrupted();
  if (code === 0) return;
  const message = explains ? '' : `${[command, ...args].slice(0, 4).join(' ')} … failed (${code}).`;
  throw new Failed(message, code === 2 ? 2 : 1);
}

function leave() {
  for (const cleanup of cleanups) cleanup();
  process.exit(130);
}
