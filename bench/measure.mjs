// Whole-process timing for the benchmarks: wall seconds and peak resident memory of a command, medians of paired runs.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Runs a command to its end.
 * @returns {Promise<{seconds: number, peakBytes: number, stdout: string}>} peak resident set of the process itself
 *   (VmHWM on Linux, polled; NaN elsewhere)
 */
export function measure(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let peakBytes = NaN;
    const poll = setInterval(() => {
      try {
        const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
        if (line) peakBytes = Number(line[1]) * 1024;
      } catch {
        // The process has just ended, or this system has no /proc.
      }
    }, 20);
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(poll);
      const seconds = (performance.now() - start) / 1000;
      if (code === 0) resolve({ seconds, peakBytes, stdout });
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stderr.slice(-2000)}`));
    });
  });
}

/** Middle value; the mean of the two middle ones for an even count. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** "5.12 (4.90–5.31)": median with its range. */
export function spread(values, digits = 2) {
  return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
}

/**
 * Holds medians against limits: says on stderr which are missed, and makes the exit code 1.
 * @param {{what: string, values: number[], least?: number, above?: number, most?: number}[]} limits values that were
 *   not measured (an empty list, NaN) are not held against anything
 */
export function enforce(limits) {
  for (const { what, values, least, above, most } of limits) {
    const value = median(values);
    const missed = [
      least !== undefined && value < least && `at least ${least}`,
      above !== undefined && value <= above && `more than ${above}`,
      most !== undefined && value > most && `at most ${most}`,
    ].filter(Boolean);
    if (missed.length === 0) continue;
    console.error(`Limit missed: ${what} is ${value.toFixed(2)}, and must be ${missed.join(' and ')}.`);
    process.exitCode = 1;
  }
}

/** Where benchmarks keep what they make once: models, Python environments. */
export { cacheRoot } from '../scripts/cache-root.mjs';
