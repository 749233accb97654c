import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const module = pathToFileURL(join(import.meta.dirname, '../../../bench/measure.mjs')).href;

/** Exit code and stderr of a process that holds medians against limits. */
function enforced(limits: unknown): Promise<{ code: number; said: string }> {
  const script = `import { enforce } from ${JSON.stringify(module)}; enforce(${JSON.stringify(limits)});`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', script], (error, _out, said) =>
      resolve({ code: error === null ? 0 : Number(error.code), said }),
    );
  });
}

describe('limits of benchmarks', () => {
  it('pass where medians meet them, and where nothing was measured', async () => {
    const limits = [
      { what: 'a', values: [5, 9, 1], least: 5 },
      { what: 'b', values: [1.01], above: 1 },
      { what: 'c', values: [1.5], most: 1.5 },
      { what: 'd', values: [], least: 5 },
    ];
    expect(await enforced(limits)).toEqual({ code: 0, said: '' });
  });

  it('fail the process where a median misses them, each by name', async () => {
    const { code, said } = await enforced([
      { what: 'a', values: [4.9, 4.8, 9], least: 5 },
      { what: 'b', values: [1], above: 1 },
      { what: 'c', values: [1.6], most: 1.5 },
      { what: 'd', values: [6], least: 5 },
    ]);
    expect(code).toBe(1);
    expect(said.trim().split('\n')).toEqual([
      'Limit missed: a is 4.90, and must be at least 5.',
      'Limit missed: b is 1.00, and must be more than 1.',
      'Limit missed: c is 1.60, and must be at most 1.5.',
    ]);
  });
});
