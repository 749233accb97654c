import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparison } from '../../../../src/analyses/comparison';
import { diceByChance } from '../../../../src/analyses/comparison/compute';
import { fieldsOf } from '../../../../src/analyses/comparison/result';
import { comparisonSpec } from '../../../../src/analyses/comparison/spec';
import type { RunContext } from '../../../../src/analyses/contract';
import { writeNpyFile } from '../../../../src/data/npy-file';
import { Random } from '../../../../src/math/random';
import { parseSpec } from '../../../../src/shared/analysis';
import type { AnalysisResult } from '../../../../src/shared/analysis';
import type { ChartFigure, MapFigure, TableFigure } from '../../../../src/shared/figure';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'comparison-'))));
afterAll(() => rmSync(folder, { recursive: true }));

interface Localized {
  readonly network?: string;
  readonly layers?: number;
  readonly width?: number;
  readonly model?: string;
  readonly untrained?: number;
  readonly schema?: string;
}

/** A localization's folder with the units `selected` (in layer order). */
async function localized(name: string, selected: readonly number[], options: Localized = {}): Promise<string> {
  const { network = name, layers = 2, width = 5, model = 'a', untrained, schema = 'localization@1' } = options;
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  const inputs = [{ path: 'model.safetensors', role: 'model', bytes: 1, sha256: model }];
  const provenance = { brainlens: '0', onnxruntime: '0', node: '0', platform: '', threads: 1, seed: 0, inputs };
  const file = {
    schema: `brainlens/${schema}`,
    name,
    created: '',
    seconds: 0,
    spec: { model: 'm', ...(untrained !== undefined && { untrained }) },
    provenance,
    result: { network, layers, width },
    summary: '',
  };
  writeFileSync(join(path, 'result.json'), JSON.stringify(file));
  const data = Uint8Array.from({ length: layers * width }, (_, i) => Number(selected.includes(i)));
  await writeNpyFile(join(path, 'selected.npy'), { data, shape: [layers, width] });
  return path;
}

interface Compared {
  readonly result: AnalysisResult;
  readonly warnings: readonly string[];
  readonly inputs: readonly string[];
}

async function compare(results: readonly string[]): Promise<Compared> {
  const warnings: string[] = [];
  const inputs: string[] = [];
  const context = {
    recordInput: (path: string) => void inputs.push(path),
    warn: (message: string) => void warnings.push(message),
  } as unknown as RunContext;
  const steps = comparison.run(parseSpec(comparisonSpec, { results }), context);
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return { result: step.value, warnings, inputs };
  }
}

describe('three networks of a model of 2 × 5 units', () => {
  let compared: Compared;
  beforeAll(async () => {
    // language ∩ tom = {1, 7}, language ∩ demand = {}, tom ∩ demand = {9}
    compared = await compare([
      await localized('language', [0, 1, 2, 7]),
      join(await localized('tom', [1, 7, 9], { network: 'theory-of-mind' }), 'result.json'),
      await localized('demand', [5, 9], { network: 'multiple-demand' }),
    ]);
  });

  it('have the Dice worked out by hand, symmetric, one with themselves', () => {
    const { data, shape } = compared.result.arrays['dice']!;
    expect(shape).toEqual([3, 3]);
    const [lt, ld, td] = [(2 * 2) / (4 + 3), 0, (2 * 1) / (3 + 2)];
    expect([...data]).toEqual([1, lt, ld, lt, 1, td, ld, td, 1]);
  });

  it('share units layer by layer', () => {
    const { pairs, networks, units } = fieldsOf(compared.result);
    expect(units).toBe(10);
    expect(networks).toEqual([
      { label: 'language', k: 4 },
      { label: 'theory-of-mind', k: 3 },
      { label: 'multiple-demand', k: 2 },
    ]);
    expect(pairs.map(({ a, b, shared, perLayer }) => [a, b, shared, perLayer])).toEqual([
      ['language', 'theory-of-mind', 2, [1, 1]],
      ['language', 'multiple-demand', 0, [0, 0]],
      ['theory-of-mind', 'multiple-demand', 1, [0, 1]],
    ]);
    // 4 · 3 / 10 = 1.2 units in common on average: 2.4 / 7
    expect(pairs[0]!.expected).toBeCloseTo(2.4 / 7, 12);
  });

  it('are told from the files that were read, of one model', () => {
    expect(compared.inputs.map((path) => path.slice(folder.length + 1))).toEqual([
      'language/result.json',
      'language/selected.npy',
      'tom/result.json',
      'tom/selected.npy',
      'demand/result.json',
      'demand/selected.npy',
    ]);
    expect(compared.warnings).toEqual([]);
  });

  it('are shown as a matrix, against chance, per layer and as a table', () => {
    const [matrix, chance, perLayer, table] = comparison.figures(compared.result) as [
      MapFigure,
      ChartFigure,
      ChartFigure,
      TableFigure,
    ];
    expect([matrix.rows, matrix.columns, matrix.array]).toEqual([3, 3, 'dice.npy']);
    expect(matrix.max).toEqual([...compared.result.arrays['dice']!.data]);
    expect(matrix.x.names).toEqual(['language', 'theory-of-mind', 'multiple-demand']);
    expect(matrix.y.names).toEqual(matrix.x.names);
    expect(chance.series.map(({ y }) => y.length)).toEqual([3, 3]);
    expect(perLayer.series.map(({ y }) => y)).toEqual([
      [1, 1],
      [0, 0],
      [0, 1],
    ]);
    expect(table.rows[0]).toEqual(['language', 'theory-of-mind', 4, 3, 2, 4 / 7, 2.4 / 7, 4 / 7 / (2.4 / 7)]);
    expect(table.rows[1]!.slice(4, 6)).toEqual([0, 0]);
    for (const figure of comparison.figures(compared.result))
      expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
    expect(comparison.summary(compared.result)).toBe(
      '3 networks; most alike: language and theory-of-mind share 2 units, Dice 0.57 (0.34 by chance)',
    );
  });
});

it('chance is what random selections have on average', () => {
  const random = new Random(5, 'chance');
  const [units, k1, k2, draws] = [40, 8, 5, 4000];
  let sum = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const a = new Set(random.sample(units, k1));
    sum += (2 * [...random.sample(units, k2)].filter((unit) => a.has(unit)).length) / (k1 + k2);
  }
  // A draw's s.d. is about 0.12: four standard errors.
  expect(Math.abs(sum / draws - diceByChance(k1, k2, units))).toBeLessThan((4 * 0.12) / Math.sqrt(draws));
});

describe('what is compared is said', () => {
  it('two localizations of one network go by their folders, random weights by that', async () => {
    const first = await localized('run-1', [0], { network: 'language' });
    const second = await localized('run-2', [0], { network: 'language' });
    const control = await localized('control', [1], { network: 'language', untrained: 3 });
    const { result, warnings } = await compare([first, second, control]);
    expect(fieldsOf(result).networks.map(({ label }) => label)).toEqual([
      'language: run-1',
      'language: run-2',
      'language, random weights',
    ]);
    expect(warnings).toEqual([expect.stringMatching(/different weights/)]);
  });

  it('two models of one shape are compared with a warning', async () => {
    const a = await localized('model-a', [0], { network: 'language' });
    const b = await localized('model-b', [0], { network: 'theory-of-mind', model: 'b' });
    expect((await compare([a, b])).warnings).toEqual([expect.stringMatching(/different weights/)]);
  });
});

describe('what cannot be compared is refused by name', () => {
  it('a model of another shape', async () => {
    const a = await localized('small', [0]);
    const b = await localized('large', [0], { layers: 3 });
    await expect(compare([a, b])).rejects.toThrow(/large has 3 layers of 5 units, but .*small has 2 layers of 5/);
  });

  it('a result of another analysis, a folder without result, no folder at all', async () => {
    const a = await localized('fine', [0]);
    const scores = await localized('scores', [0], { schema: 'score@1' });
    await expect(compare([a, scores])).rejects.toThrow(
      /scores holds a result of brainlens\/score@1\. Give result folders/,
    );
    await expect(compare([a, folder])).rejects.toThrow(/result\.json/);
    await expect(compare([a, join(folder, 'nowhere')])).rejects.toThrow(/nowhere/);
  });

  it('units that do not fit their result', async () => {
    const a = await localized('whole', [0]);
    const b = await localized('torn', [0]);
    await writeNpyFile(join(b, 'selected.npy'), { data: new Uint8Array(5), shape: [1, 5] });
    await expect(compare([a, b])).rejects.toThrow(/torn.selected\.npy does not belong to its result\.json/);
  });

  it('one alone, or one twice', async () => {
    const a = await localized('alone', [0]);
    await expect(compare([a])).rejects.toThrow(/--results: must name two/);
    await expect(compare([a, a])).rejects.toThrow(/alone is named twice/);
  });
});
