import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readAlignments } from '../../../src/analyses/hierarchy/alignments';
import { storedCovariate } from '../../../src/analyses/hierarchy/covariate';
import { sameUnits, unitsOf } from '../../../src/analyses/hierarchy/units';
import { alignmentFacts, commonCovariates, namesOf, otherRecordings } from '../../../src/editor/alignmentFacts';
import type { AlignmentFacts } from '../../../src/editor/alignmentFacts';
import { readResult } from '../../../src/engine/store';
import { storeAlignment } from '../analyses/hierarchy/support';
import type { StoredUnit } from '../analyses/hierarchy/support';

const home = mkdtempSync(join(tmpdir(), 'brainlens-facts-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const UNITS: readonly StoredUnit[] = [
  { id: 'e1', subject: 's1', position: [1, 2, 3], covariates: { distance: 12.5, latency: 0.1 } },
  { id: 'e2', subject: 's1', position: [1, 2, 4], covariates: { distance: null, distanceReason: 'not a number' } },
  { id: 'mean', subject: 's1', summary: true, covariates: { distance: 3 } },
  { id: 'e1', subject: 's2', covariates: { distance: 30 } },
];
const LAGGED: readonly StoredUnit[] = ['e1', 'e2'].flatMap((id) =>
  [0.1, 0.30000000000000004].map((lag) => ({ id: `${id} @ ${lag} s`, lag, covariates: { distance: 4 } })),
);
let seed = 0;
/** Scores of three layers. */
const scores = (units: readonly StoredUnit[]): number[] =>
  Array.from({ length: 3 * units.length }, (_, i) => Math.sin(i + (seed += 1)));

function store(model: string, units: readonly StoredUnit[], changes: Record<string, unknown> = {}): string {
  return storeAlignment(home, model, units, scores(units), { metric: 'ridge', ...changes });
}

async function factsOf(folder: string): Promise<AlignmentFacts> {
  const facts = alignmentFacts(await readResult(folder));
  if ('unfit' in facts) throw new Error(facts.unfit);
  return facts;
}

describe('what the editor asks of alignments before hierarchy runs', () => {
  it('says of a result what it is', async () => {
    const facts = await factsOf(store('org/tiny.gguf', UNITS));
    expect(facts).toMatchObject({ model: 'tiny', dataset: 'Electrodes', method: 'ridge, p of 100 permutations' });
    expect(facts.hashes).toBe('sha of org/tiny.gguf');
    expect((await factsOf(store('b', UNITS, { draws: 0 }))).method).toBe('ridge');
  });

  it.each([
    ['units with summaries and missing numbers', UNITS],
    ['every lag as a column', LAGGED],
  ])('offers the covariates that the analysis takes, with their counts: %s', async (_, units) => {
    const folder = store('a', units);
    const facts = await factsOf(folder);
    const [alignment] = await readAlignments([folder]);
    const own = unitsOf(alignment!);
    expect(facts.units.length).toBe(own.length);
    expect(facts.covariates.size).toBeGreaterThan(0);
    for (const [name, finite] of facts.covariates) {
      const values = storedCovariate(own, name, folder);
      expect([name, values.filter(Number.isFinite).length]).toEqual([name, finite]);
    }
    expect(() => storedCovariate(own, 'nothing', folder)).toThrow(
      `there are: ${[...facts.covariates.keys()].join(', ')}`,
    );
  });

  it('keeps the summary column out and counts a lag once', async () => {
    const facts = await factsOf(store('a', UNITS));
    expect(facts.units).toEqual(['s1 e1', 's1 e2', 's2 e1']);
    expect([...facts.covariates]).toEqual([
      ['distance', 2],
      ['latency', 1],
      ['x', 2],
      ['y', 2],
      ['z', 2],
    ]);
    expect([...(await factsOf(store('b', LAGGED))).covariates]).toEqual([
      ['distance', 2],
      ['peak-lag', 2],
    ]);
  });

  it('refuses what the analysis would refuse, by the same units', async () => {
    const [a, b] = [store('a', UNITS), store('b', UNITS.slice(1))];
    const reason = otherRecordings(await factsOf(a), await factsOf(b));
    expect(reason).toBe('other units than a (Electrodes): lacks s1 e1');
    expect(otherRecordings(await factsOf(b), await factsOf(a))).toContain('has besides s1 e1');
    const alignments = await readAlignments([a, b]);
    expect(() => sameUnits(alignments)).toThrow(/lacks s1 e1/);
    expect(otherRecordings(await factsOf(a), await factsOf(store('c', UNITS)))).toBeUndefined();
  });

  it('refuses what the analysis would refuse, by other stimuli', async () => {
    const [a, b] = [store('a', UNITS, { data: 'one.csv' }), store('b', UNITS, { data: 'two.csv' })];
    expect(otherRecordings(await factsOf(a), await factsOf(b))).toBe(
      'aligned with other stimuli or responses than a (Electrodes)',
    );
    await expect(readAlignments([a, b])).rejects.toThrow(/other stimuli or responses/);
    const c = store('c', UNITS, { data: 'one.csv' });
    expect(otherRecordings(await factsOf(a), await factsOf(c))).toBeUndefined();
    expect(otherRecordings(await factsOf(a), await factsOf(store('d', UNITS)))).toBeUndefined();
  });

  it.each([
    [
      'subjects',
      { columns: 'subjects', metric: 'rsa' },
      /rsa scores all units of a subject together: align with ridge/,
    ],
    ['one layer', { layers: [{ layer: 3, depth: 1 }] }, /fewer than two layers/],
    ['another version', { units: 'none' }, /another version/],
  ])('a result without best layers of units is not offered: %s', async (_, changes, message) => {
    const folder = store('a', UNITS);
    const file = await readResult(folder);
    const facts = alignmentFacts({ ...file, result: { ...file.result, ...changes } });
    expect(facts).toMatchObject({ unfit: expect.stringMatching(message) as string });
  });

  it('covariates of several are those that all know, by the fewest', async () => {
    const [a, b] = [await factsOf(store('a', UNITS)), await factsOf(store('b', UNITS))];
    const fewer = {
      ...b,
      covariates: new Map([
        ['distance', 1],
        ['other', 3],
      ]),
    };
    expect([...commonCovariates([a, fewer])]).toEqual([['distance', 1]]);
    expect(commonCovariates([])).toEqual(new Map());
  });

  it('names alignments as the analysis does', async () => {
    const folders = [store('a', UNITS), store('a', UNITS), store('b', UNITS)];
    const facts = await Promise.all(folders.map(factsOf));
    const alignments = await readAlignments(folders);
    expect(namesOf(facts.map(({ model }, i) => ({ model, folder: folders[i]!.split('/').at(-1)! })))).toEqual(
      alignments.map(({ name }) => name),
    );
  });
});
