import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STALE_MS, whileLocked } from '../../../src/cluster/lock';

let folder: string;
const lock = (): string => join(folder, 'submit.lock');
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'brainlens-lock-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('two submissions of one study at once', () => {
  it('are one: the other is told who is at it', async () => {
    let second: unknown;
    const first = await whileLocked(folder, async () => {
      second = await whileLocked(folder, () => Promise.resolve('twice')).catch((error: unknown) => error);
      return 'once';
    });
    expect(first).toBe('once');
    expect(String(second)).toMatch(new RegExp(`being submitted already, by process ${process.pid} on \\S+ since `));
    expect(existsSync(lock())).toBe(false);
    expect(await whileLocked(folder, () => Promise.resolve('then'))).toBe('then');
  });

  it('are possible again after one that failed', async () => {
    await expect(whileLocked(folder, () => Promise.reject(new Error('sbatch')))).rejects.toThrow('sbatch');
    expect(existsSync(lock())).toBe(false);
  });

  it('are not kept up by a lock that was left over', async () => {
    writeFileSync(lock(), 'process 1 on elsewhere since long');
    const touched = (ago: number): void => utimesSync(lock(), new Date(Date.now() - ago), new Date(Date.now() - ago));
    touched(STALE_MS - 10_000);
    await expect(whileLocked(folder, () => Promise.resolve(1))).rejects.toThrow('process 1 on elsewhere');
    touched(STALE_MS + 1000);
    expect(await whileLocked(folder, () => Promise.resolve(1))).toBe(1);
  });
});
