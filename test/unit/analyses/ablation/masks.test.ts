import { expect, test } from 'vitest';
import { requireStudy, studyOf } from '../../../../src/analyses/ablation/masks';

const source = { layers: 2, width: 50, t: Float64Array.from({ length: 100 }, (_, unit) => unit) };
const spec = { randomSeeds: 0, controls: ['random' as const] };

test('a fraction of a small model that selects no unit is left out and named, the others stay', () => {
  const settings = { ...spec, fractions: [0.00125, 0.005, 0.01, 0.05] };
  expect(requireStudy(source, settings)).toEqual([0.00125, 0.005]);
  const { sweeps } = studyOf({ ...source, magnitude: new Float64Array(100) }, settings, 0);
  expect(sweeps.map(({ fraction, size }) => [fraction, size])).toEqual([
    [0.01, 1],
    [0.05, 5],
  ]);
});

test('fractions of which none selects a unit are refused, with the option that helps', () => {
  expect(() => requireStudy(source, { ...spec, fractions: [0.001, 0.002] })).toThrow(
    /No fraction selects a unit: the largest, 0\.002, is less than one of 100.*--fractions/,
  );
});

test('a mask has its own share, whatever the fractions', () => {
  const mask = new Uint8Array(100).fill(1, 0, 3);
  expect(requireStudy({ layers: 2, width: 50, mask }, { ...spec, fractions: [0.001] })).toEqual([]);
});
