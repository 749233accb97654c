import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect } from 'vitest';

const FOLDER = join(__dirname, '../../../golden/formats');

/** A file that test/golden/formats/make.py wrote. */
export const fixture = (name: string): string => join(FOLDER, name);

export interface Expected {
  readonly shape: readonly number[];
  /** `null` stands for NaN. */
  readonly data: readonly (number | null)[];
}

export const golden = JSON.parse(readFileSync(fixture('golden.json'), 'utf8')) as {
  npy: Record<string, Expected>;
  responses: Expected;
  assemblies: Record<string, Expected>;
  mat: Record<string, Expected>;
  nifti: Record<string, { series: Expected; voxels: number[][]; positions: Expected }>;
  gifti: { series: Expected; points: Expected; faces: Expected; ascii: { series: Expected; points: Expected } };
};

const scratch = mkdtempSync(join(tmpdir(), 'brainlens-formats-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A file of this test run. */
export function written(name: string, content: string | Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}

/** The first `share` of a fixture's bytes. */
export function truncated(name: string, share: number): string {
  const bytes = readFileSync(fixture(name));
  return written(`cut-${share}-${basename(name)}`, bytes.subarray(0, Math.floor(bytes.length * share)));
}

/** Same shape and the same numbers, to the last bit unless `tolerance` says otherwise. */
export function expectArray(
  actual: { data: ArrayLike<number>; shape: readonly number[] },
  expected: Expected,
  tolerance = 0,
): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(actual.data.length).toBe(expected.data.length);
  expected.data.forEach((value, i) => {
    if (value === null) expect(actual.data[i]).toBeNaN();
    else expect(Math.abs(actual.data[i]! - value)).toBeLessThanOrEqual(tolerance);
  });
}

/** One line that names the file, and a remedy after it. */
export async function expectProblem(promise: Promise<unknown>, message: RegExp): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'UserError' });
  const text = (error as Error).message;
  expect(text).toMatch(message);
  expect(text).not.toContain('\n');
  expect(text).toMatch(/\. \S/);
}
