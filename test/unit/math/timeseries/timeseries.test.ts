import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpyFile } from '../../../../src/data/npy-file';
import { Random } from '../../../../src/math/random';
import { firDelays, zscoreRuns } from '../../../../src/math/timeseries/fir';
import { downsample, lanczos } from '../../../../src/math/timeseries/lanczos';
import { circularShift } from '../../../../src/math/timeseries/shift';

const folder = join(import.meta.dirname, '../../../golden/timeseries');
const array = async (name: string) => (await readNpyFile(join(folder, name))).data;
const { onsets, offsets } = JSON.parse(readFileSync(join(folder, 'times.json'), 'utf8')) as Record<string, number[]>;
const runs = [
  { start: 0, length: 9 },
  { start: 9, length: 12 },
];
const times = {
  run: Int32Array.from({ length: 80 }, (_, i) => Number(i >= 40)),
  middle: Float64Array.from(onsets!, (onset, i) => (onset + offsets![i]!) / 2),
};
const words = (await array('words.npy')) as Float32Array;
/** Sums are float64 on both sides, and stored as float32 on ours: 6e-8 of values up to 10. */
const TOLERANCE = 1e-6;

function largest(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(...Array.from(expected, (value, i) => Math.abs(value - actual[i]!)));
}

describe('word features in scans', () => {
  const scans = downsample(words, 3, times, { runs, rows: 21, step: 1.5 });

  it('are the sums that NumPy makes, run by run', async () => {
    expect(largest(scans, await array('scans.npy'))).toBeLessThan(TOLERANCE);
  });

  it('delayed, are those of earlier scans of the same run, and zero before it', async () => {
    const delayed = firDelays(scans, 3, runs, [1, 2, 4]);
    expect(largest(delayed, await array('delayed.npy'))).toBeLessThan(TOLERANCE);
    expect([...delayed.subarray(9 * 9, 9 * 9 + 9)]).toEqual(new Array(9).fill(0));
  });

  it('are z-scored by the training rows of their run, or of all where it has none', async () => {
    const train = Int32Array.from({ length: 8 }, (_, i) => 9 + i);
    const z = zscoreRuns(firDelays(scans, 3, runs, [1, 2, 4]), 9, runs, train);
    expect(largest(z, await array('zscored.npy'))).toBeLessThan(1e-5);
  });

  it('take the statistics of all training rows where few of their run are there', () => {
    const values = Float32Array.from({ length: 24 }, (_, row) => (row < 12 ? row : 100 + row));
    const halves = [
      { start: 0, length: 12 },
      { start: 12, length: 12 },
    ];
    const train = Int32Array.from([...Array.from({ length: 12 }, (_, i) => i), 12, 13, 14, 15, 16, 17, 18]);
    const few = zscoreRuns(values, 1, halves, train);
    const mean = train.reduce((sum, row) => sum + values[row]!, 0) / train.length;
    const sd = Math.sqrt(train.reduce((sum, row) => sum + (values[row]! - mean) ** 2, 0) / train.length);
    expect(few[23]).toBeCloseTo((values[23]! - mean) / sd, 12);
    const enough = zscoreRuns(values, 1, halves, Int32Array.of(...train, 19));
    expect(Math.abs(enough[23]!)).toBeGreaterThan(2 * Math.abs(few[23]!));
  });

  it('of a column constant over training rows are not scaled up by the rounding of its mean', () => {
    // 0.1 as float32 summed 11 times is not 11 times 0.1: without care its s.d. is 1e-17, and 0.2 becomes 1e16.
    const values = new Float32Array(12).fill(0.1);
    values[11] = 0.2;
    const z = zscoreRuns(
      values,
      1,
      [{ start: 0, length: 12 }],
      Int32Array.from({ length: 11 }, (_, i) => i),
    );
    expect([...z.subarray(0, 11)]).toEqual(new Array(11).fill(0));
    expect(z[11]).toBeCloseTo(0.1, 6);
  });

  it('of a constant column stay finite', () => {
    expect([...zscoreRuns(Float32Array.of(2, 2, 2), 1, [{ start: 0, length: 3 }], Int32Array.of(0, 1))]).toEqual([
      0, 0, 0,
    ]);
  });
});

describe('the Lanczos kernel', () => {
  it('is one in the middle, zero at every whole TR, and zero beyond three lobes', () => {
    const tr = 2;
    const at = (t: number): number => lanczos(t, 1 / (2 * tr));
    expect(at(0)).toBe(1);
    for (const t of [2, -4, 6]) expect(at(t)).toBeCloseTo(0, 12);
    expect(at(7)).toBe(0);
    expect(at(1)).toBeCloseTo((2 / Math.PI) * (3 / Math.PI), 12);
  });
});

describe('a circular shift', () => {
  it('keeps every run and its order, and moves by more than the span either way', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 60; seed += 1) {
      const rows = circularShift(21, runs, 3, new Random(seed));
      expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, i) => i));
      for (const { start, length } of runs) {
        const by = (start - rows[start]! + length) % length;
        for (let i = 0; i < length; i += 1) expect(rows[start + i]).toBe(start + ((i - by + length) % length));
        expect(Math.min(by, length - by)).toBeGreaterThan(3);
        if (start === 9) seen.add(by);
      }
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([4, 5, 6, 7, 8]);
  });

  it('is refused where a run is too short for one', () => {
    expect(() => circularShift(7, [{ start: 0, length: 7 }], 3, new Random(0))).toThrow('a run of 7 rows');
    expect(circularShift(8, [{ start: 0, length: 8 }], 3, new Random(0))[0]).toBe(4);
  });
});
