import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { localizationSpec } from '../../../../src/analyses/localization/spec';
import { localization } from '../../../../src/analyses/localization';
import { fieldsOf } from '../../../../src/analyses/localization/result';
import { expectRelative } from '../../math/golden';
import { fakeTransformer, golden, goldenActivations, run } from './small';
import type { Run } from './small';

const { layers, width, labels } = golden;
const units = layers * width;
// float64 on both sides over the same float32 numbers: only the order of sums differs.
const TOLERANCE = 1e-10;

let folder: string;
let stimuli: string;
let whole: Run;

function write(name: string, rows: readonly (readonly [text: string, condition: string])[]): string {
  const path = join(folder, name);
  writeFileSync(path, ['text,condition', ...rows.map((row) => row.join(','))].join('\n'));
  return path;
}

const small = (settings: Record<string, unknown> = {}): Promise<Run> =>
  run(
    { stimuli: [stimuli], fraction: golden.fraction, ...settings },
    fakeTransformer(goldenActivations(), layers, width),
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'localization-'));
  stimuli = write(
    'stimuli.csv',
    labels.map((label, i) => [`stimulus number ${i}`, label]),
  );
  whole = await small();
});
afterAll(() => rmSync(folder, { recursive: true }));

function indices(mask: ArrayLike<number>): number[] {
  return Array.from(mask).flatMap((bit, i) => (bit === 1 ? [i] : []));
}

describe('localization against SciPy', () => {
  it.each(['t', 'p', 'q'] as const)('gives the same %s for every unit, as [layers, width]', (name) => {
    const { data, shape } = whole.result.arrays[name]!;
    expect(shape).toEqual([layers, width]);
    golden[name].forEach((value, unit) => expectRelative(data[unit]!, Number(value), TOLERANCE, `${name} of ${unit}`));
  });

  it('selects the same units, down to the same t', () => {
    const fields = fieldsOf(whole.result);
    expect(indices(whole.result.arrays['selected']!.data)).toEqual(golden.selected);
    expect(fields.k).toBe(golden.selected.length);
    expectRelative(fields.threshold, golden.threshold, TOLERANCE);
    const perLayer = Array.from(
      { length: layers },
      (_, l) => golden.selected.filter((u) => Math.floor(u / width) === l).length,
    );
    expect(fields.perLayer).toEqual(perLayer);
  });

  it('is as reliable between halves', () => {
    const { dice, spearman } = fieldsOf(whole.result).reliability;
    expectRelative(dice, golden.dice, TOLERANCE);
    expectRelative(spearman, golden.spearman, TOLERANCE);
  });

  it('has the same held-out response to every condition, in each half and in both', () => {
    const { profile } = fieldsOf(whole.result);
    expect(profile.map(({ condition, role }) => [condition, role])).toEqual([
      ['sentences', 'positive'],
      ['nonwords', 'negative'],
      ['J', 'other'],
    ]);
    ['S', 'N', 'J'].forEach((label, i) => {
      const expected = golden.profile[label]!;
      const row = profile[i]!;
      expect(row.n).toBe(expected.n);
      expectRelative(row.mean, expected.mean, TOLERANCE, label);
      expectRelative(row.sem, expected.sem, TOLERANCE, label);
      for (const half of row.halves) {
        expect(half.chosenOn).not.toBe(half.measuredOn);
        expectRelative(half.mean, expected[half.measuredOn][0], TOLERANCE, label);
        expectRelative(half.sem, expected[half.measuredOn][1], TOLERANCE, label);
      }
    });
  });

  it('counts massive and undefined units, and lists the top ones with their means', () => {
    const fields = fieldsOf(whole.result);
    expect(fields.massive).toBe(golden.massive);
    expect(fields.massive).toBeGreaterThan(0);
    expect(fields.undefinedUnits).toBe(1);
    expect(fields.topUnits).toHaveLength(fields.k);
    const t = fields.topUnits.map((unit) => unit.t);
    expect(t).toEqual([...t].sort((a, b) => b - a));
    expect(fields.largest).toMatchObject({ t: t[0], layer: fields.topUnits[0]!.layer, unit: fields.topUnits[0]!.unit });
    fields.topUnits[0]!.means.forEach((value, i) => expectRelative(value, golden.meansOfFirst[i]!, TOLERANCE));
  });
});

describe('controls', () => {
  const masks = (kind: string): Uint8Array[] => {
    const { data, shape } = whole.result.arrays[kind]!;
    expect(shape).toEqual([10, layers, width]);
    return Array.from({ length: 10 }, (_, i) => (data as Uint8Array).subarray(i * units, (i + 1) * units));
  };

  it.each(['random', 'random-layer-matched', 'random-magnitude-matched'])(
    '%s: k unselected units, another set each time',
    (kind) => {
      const sets = masks(kind).map(indices);
      for (const set of sets) {
        expect(set).toHaveLength(golden.selected.length);
        expect(set.filter((unit) => golden.selected.includes(unit))).toEqual([]);
      }
      expect(new Set(sets.map(String)).size).toBeGreaterThan(5);
    },
  );

  it.each(['random-layer-matched', 'random-magnitude-matched'])('%s: the same count in each layer', (kind) => {
    for (const mask of masks(kind)) {
      const counts = Array.from(
        { length: layers },
        (_, l) => indices(mask.subarray(l * width, (l + 1) * width)).length,
      );
      expect(counts).toEqual(fieldsOf(whole.result).perLayer);
    }
  });

  it('are the same for the same seed', async () => {
    const again = await small();
    for (const kind of ['random', 'random-layer-matched', 'random-magnitude-matched']) {
      expect(again.result.arrays[kind]).toEqual(whole.result.arrays[kind]);
    }
  });

  it('report how closely magnitudes were matched, and the response of random units', () => {
    const { controls, profileRandom } = fieldsOf(whole.result);
    expect(controls.map(({ kind, seeds }) => [kind, seeds])).toEqual([
      ['random', 10],
      ['random-layer-matched', 10],
      ['random-magnitude-matched', 10],
    ]);
    const match = controls[2]!.match!;
    expect(match.median).toBeGreaterThan(0);
    expect(match.max).toBeGreaterThanOrEqual(match.median);
    expect(match.max).toBeLessThan(0.5);
    expect(profileRandom.map(({ condition }) => condition)).toEqual(['sentences', 'nonwords', 'J']);
  });

  it('are left out on request', async () => {
    const { result } = await small({ randomSeeds: 0 });
    expect(Object.keys(result.arrays)).toEqual(['t', 'p', 'q', 'selected', 'magnitude']);
    expect(fieldsOf(result).controls).toEqual([]);
    expect(fieldsOf(result).profileRandom).toEqual([]);
  });

  it('are left out, with a warning, where too few units are left: the run is not lost', async () => {
    const { result, warnings } = await small({ fraction: 0.6 });
    expect(fieldsOf(result)).toMatchObject({ k: 43, controls: [], profileRandom: [] });
    expect(Object.keys(result.arrays)).toEqual(['t', 'p', 'q', 'selected', 'magnitude']);
    expect(warnings).toContainEqual(
      'Not enough units for a control, left out: random: 29 units are left unselected for sets of 43.',
    );
    expect(warnings.filter((warning) => warning.includes('left out'))).toHaveLength(3);
    expect(localization.figures(result).map(({ id }) => id)).toContain('response-profiles');
  });

  it('are left out by kind: drawn anywhere although a layer is too full to match', async () => {
    const { result, warnings } = await small({ fraction: 0.5 });
    expect(Math.max(...fieldsOf(result).perLayer)).toBeGreaterThan(width / 2);
    expect(fieldsOf(result).controls.map(({ kind }) => kind)).toEqual(['random']);
    expect(Object.keys(result.arrays)).toEqual(['t', 'p', 'q', 'selected', 'magnitude', 'random']);
    expect(warnings).toContainEqual(
      expect.stringMatching(/left out: random-layer-matched: in layer \d \d+ units are left unselected for sets of/),
    );
  });
});

describe('settings', () => {
  it('select an exact count, ties to the lower unit', async () => {
    // Unit (2, 7) copies (1, 3): cut between the two.
    const t = golden.t.map(Number);
    const rank = t.filter((value) => value > t[width + 3]!).length;
    const { result } = await small({ count: rank + 1 });
    const { data } = result.arrays['selected']!;
    expect(indices(data)).toHaveLength(rank + 1);
    expect([data[width + 3], data[2 * width + 7]]).toEqual([1, 0]);
  });

  it('select at random between two percentiles of t, and the smallest for 0-0', async () => {
    const between = indices((await small({ range: '40-75' })).result.arrays['selected']!.data);
    expect(between).toHaveLength(golden.selected.length);
    for (const unit of between) {
      expect(Number(golden.t[unit])).toBeGreaterThanOrEqual(golden.range[0]);
      expect(Number(golden.t[unit])).toBeLessThanOrEqual(golden.range[1]);
    }
    expect(indices((await small({ range: '0-0' })).result.arrays['selected']!.data)).toEqual(golden.smallest);
    await expect(small({ range: '50-51' })).rejects.toThrow(/lie in the range 50-51.*Widen --range/);
  });

  it('compare signed activations', async () => {
    const { result } = await small({ signed: true });
    expect(result.arrays['t']).not.toEqual(whole.result.arrays['t']);
    expect(fieldsOf(result).response).toBe('signed');
  });

  it('compare two conditions of one’s own, pooled and truncated as the network’s', async () => {
    const { result, warnings } = await small({ positive: 'J', negative: 'N' });
    const fields = fieldsOf(result);
    expect(fields.network).toBe('custom');
    expect([fields.pooling, fields.maxTokens, fields.truncated]).toEqual(['last', 12, labels.length]);
    expect(fields.conditions).toEqual([
      { condition: 'J', role: 'positive', n: labels.filter((l) => l === 'J').length },
      { condition: 'N', role: 'negative', n: labels.filter((l) => l === 'N').length },
      { condition: 'S', role: 'other', n: labels.filter((l) => l === 'S').length },
    ]);
    expect(warnings[0]).toMatch(/in the response profiles only: S \(9\)/);
    expect(warnings).toContainEqual(expect.stringMatching(/^23 of 23 stimuli were cut to 12 tokens/));
  });

  it('pool and truncate as the preset, say so, and record the stimuli', () => {
    const fields = fieldsOf(whole.result);
    expect([fields.pooling, fields.maxTokens, fields.truncated]).toEqual(['last', 12, labels.length]);
    expect(whole.warnings).toContainEqual(expect.stringMatching(/^23 of 23 stimuli were cut to 12 tokens/));
    expect(whole.warnings).toContainEqual(expect.stringMatching(/1 unit has no t/));
    expect(whole.inputs).toEqual([stimuli]);
    expect(whole.progress[0]!.phase).toBe('Activations (last)');
    expect(whole.progress.at(-1)!.phase).toBe('Statistics');
  });

  it('override the preset', async () => {
    const { result, progress } = await small({ pooling: 'mean', maxTokens: 40 });
    expect(fieldsOf(result)).toMatchObject({ pooling: 'mean', maxTokens: 40, truncated: 0 });
    expect(progress[0]!.phase).toBe('Activations (mean)');
  });

  it.each([
    [{ positive: 'a' }, /--positive: .*give both/],
    [{ positive: 'a', negative: 'a' }, /--negative: .*another condition/],
    [{ range: '60-40' }, /--range/],
    [{ range: 'low' }, /--range: must be two percentiles/],
    [{ fraction: 0 }, /--fraction/],
    [{ network: 'visual' }, /--network/],
  ])('refuse %o', async (settings, message) => {
    await expect(small(settings)).rejects.toThrow(message);
  });
});

describe('stimuli that do not make a contrast', () => {
  const refused = (rows: readonly (readonly [string, string])[], settings = {}, context = 64): Promise<Run> => {
    const n = rows.length * units;
    const transformer = fakeTransformer(
      new Float32Array(n).map(() => Math.random()),
      layers,
      width,
      context,
    );
    return run({ stimuli: [write('bad.csv', rows)], fraction: 0.1, ...settings }, transformer);
  };

  it('one condition only', async () => {
    await expect(
      refused([
        ['one', 'S'],
        ['two', 'sentence'],
      ]),
    ).rejects.toThrow(/bad\.csv: no condition "nonwords", only: sentences \(2\).*--positive and --negative/);
  });

  it('a single stimulus in a condition', async () => {
    await expect(
      refused([
        ['one', 'S'],
        ['two', 'S'],
        ['three', 'N'],
      ]),
    ).rejects.toThrow(/bad\.csv: one stimulus only of condition "nonwords".*at least two/);
  });

  it('a row without condition, by its number', async () => {
    await expect(
      refused([
        ['one', 'S'],
        ['two', ''],
      ]),
    ).rejects.toThrow(/bad\.csv, row 2 has no condition/);
  });

  it('conditions that the file does not hold', async () => {
    await expect(
      refused(
        [
          ['one', 'a'],
          ['two', 'b'],
        ],
        { positive: 'a', negative: 'c' },
      ),
    ).rejects.toThrow(/no condition "c", only: a \(1\), b \(1\).*Choose --positive and --negative/);
  });

  it('fractions that select nothing, and counts beyond the model', async () => {
    const rows = [
      ['one', 'S'],
      ['two', 'S'],
      ['three', 'N'],
      ['four', 'N'],
    ] as const;
    await expect(refused(rows, { fraction: 0.01 })).rejects.toThrow(
      /0.01 of 72 units selects none.*--fraction 0.014 or more/,
    );
    await expect(refused(rows, { count: 73 })).rejects.toThrow(/73 units were asked for, and the model has 72/);
  });

  it('a text longer than the model takes', async () => {
    const rows = [
      ['a long text of many', 'S'],
      ['two', 'S'],
      ['three', 'N'],
      ['four', 'N'],
    ] as const;
    await expect(refused(rows, { maxTokens: 100 }, 8)).rejects.toThrow(
      /row 1 has 19 tokens.*at most 8.*--max-tokens 8/,
    );
  });

  it('too few for halves: no reliability, and a warning', async () => {
    const rows = [
      ['one', 'S'],
      ['two', 'S'],
      ['three', 'N'],
      ['four', 'N'],
    ] as const;
    const { result, warnings } = await refused(rows);
    expect(fieldsOf(result).reliability).toEqual({ dice: NaN, spearman: NaN });
    expect(fieldsOf(result).profile).toEqual([]);
    expect(warnings).toContainEqual(expect.stringMatching(/fewer than four/));
  });

  it('a model that answers everything alike', async () => {
    const rows = [
      ['one', 'S'],
      ['two', 'S'],
      ['three', 'N'],
      ['four', 'N'],
    ] as const;
    const flat = fakeTransformer(new Float32Array(4 * units).fill(1), layers, width);
    await expect(run({ stimuli: [write('flat.csv', rows)], fraction: 0.1 }, flat)).rejects.toThrow(
      /only 0 of 72 have a t/,
    );
  });
});

describe('the spec', () => {
  it('becomes JSON Schema, every setting described', () => {
    const { properties, required } = z.toJSONSchema(localizationSpec.spec, { io: 'input' }) as {
      properties: Record<string, { description?: string }>;
      required: string[];
    };
    expect(required).toEqual(['model']);
    for (const [name, { description }] of Object.entries(properties)) expect(description, name).toMatch(/^[A-Z]/);
  });
});
