import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunContext } from '../../../../src/analyses/contract';
import type { DatasetFields } from '../../../../src/analyses/dataset/compute';
import { dataset } from '../../../../src/analyses/dataset/index';
import type { AnalysisResult } from '../../../../src/shared/analysis';
import type { TableFigure } from '../../../../src/shared/figure';
import { folderOf, SENTENCES } from '../../data/brain/world';

const MANIFEST =
  'name: Test\nsimulated: true\nstimuli: { file: s.csv, id: id, group: passage }\nresponses: { file: r.csv, id: id, columns: [u, v], summary: [net] }\nceiling: { value: { u: 0.5 }, kind: ceiling }\n';

async function describe_(path: string): Promise<{ result: AnalysisResult; warnings: string[]; roles: string[] }> {
  const warnings: string[] = [];
  const roles: string[] = [];
  const context = {
    signal: new AbortController().signal,
    warn: (message: string) => warnings.push(message),
    recordInput: (_: string, role: string) => roles.push(role),
  } as unknown as RunContext;
  const run = dataset.run({ dataset: path }, context);
  for (;;) {
    const step = await run.next();
    if (step.done === true) return { result: step.value, warnings, roles };
  }
}

describe('the description of a dataset', () => {
  it('counts rows, units, missing values and ceilings', async () => {
    const folder = await folderOf({
      'd.yaml': MANIFEST,
      's.csv': SENTENCES,
      'r.csv': 'id,u,v,net\na,1,NA,1\nb,3,4,2\nc,8,6,3\n',
    });
    const { result, warnings, roles } = await describe_(join(folder, 'd.yaml'));
    const fields = result.fields as unknown as DatasetFields;
    expect(fields).toMatchObject({ name: 'Test', simulated: true, rows: 3, groups: 2, subjects: [] });
    // Mean 4, s.d. (ddof 1) of 1, 3, 8 is √13.
    expect(fields.units[0]).toMatchObject({ id: 'u', n: 3, missing: 0, mean: 4, ceiling: 0.5, summary: false });
    expect(fields.units[0]!.sd).toBeCloseTo(Math.sqrt(13), 12);
    expect(fields.units[1]).toMatchObject({ n: 2, missing: 1, mean: 5 });
    expect(fields.ceilings).toEqual({ units: 1, lowest: 0.5, highest: 0.5 });
    expect(roles).toEqual(['manifest', 'stimuli', 'responses']);
    expect(warnings.join(' ')).toMatch(/2 units \(v, net\) without a ceiling.*1 missing value among 9/);
    expect(dataset.summary(result)).toBe('Test (simulated): 3 sentences × 3 units, 1 missing value');
    const figures = dataset.figures(result);
    expect(figures.map(({ id }) => id)).toEqual(['understood', 'units', 'missing']);
    expect((figures[1] as TableFigure).rows[1]!.slice(0, 6)).toEqual([null, 'v', 'no', 2, 1, 5]);
    expect(figures[2]!.summary).toBe('1 value (11 %) missing in 1 unit of 3, most in v (1).');
  });

  it('proposes a manifest for a folder, and describes what that reads', async () => {
    const folder = await folderOf({ 'bold.csv': 'item_id,sentence,IFG\nB1,The cat sat.,1\nB2,Dogs bark loud.,2\n' });
    const { result, roles } = await describe_(folder);
    const fields = result.fields as unknown as DatasetFields;
    expect(fields.proposal!.text).toContain('columns: [ IFG ]');
    expect(fields.rows).toBe(2);
    expect(roles).not.toContain('manifest');
    expect(dataset.figures(result).map(({ id }) => id)).toEqual(['understood', 'units']);
  });
});
