import { describe, expect, it } from 'vitest';
import { ceilingOf } from '../../../../src/data/brain/ceilings';
import { datasetFrom, SENTENCES } from './world';

const RESPONSES = 'id,u1,u2\na,1,4\nb,2,6\nc,4,5\n';
const BASE = 'name: test\nstimuli: { file: s.csv, id: id }\nresponses: { file: r.csv, id: id, columns: [u1, u2] }\n';
const load = (more: string, files: Record<string, string> = {}) =>
  datasetFrom(BASE + more, { 's.csv': SENTENCES, 'r.csv': RESPONSES, ...files });

describe('responses that are infinite', () => {
  it('are refused with unit and row', async () => {
    await expect(load('', { 'r.csv': 'id,u1,u2\na,1,4\nb,2,inf\nc,4,5\n' })).rejects.toThrow(
      /The response of u2 in row 2 is infinite/,
    );
  });
});

describe('what is known of units', () => {
  it('joins positions, covariates and labels', async () => {
    const { units, warnings } = await load('units: { file: e.tsv, x: x, y: y, z: z, covariates: [latency] }\n', {
      'e.tsv': 'name\tx\ty\tz\tlatency\tregion\nu2\t1\t2\t3\tn/a\tIFG\nu1\t-1\tn/a\t0\t120\tSTG\n',
    });
    expect(units[1]).toMatchObject({ position: [1, 2, 3], covariates: { latency: NaN }, labels: { region: 'IFG' } });
    expect(units[0]).toMatchObject({ covariates: { latency: 120 }, labels: { region: 'STG' } });
    expect(units[0]!.position).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('names units that the table lacks, and refuses a table that has none of them', async () => {
    const { warnings } = await load('units: { file: e.csv, id: name }\n', { 'e.csv': 'name,area\nu1,x\n' });
    expect(warnings[0]).toMatch(/1 unit \(u2\) not in .*e\.csv/);
    await expect(load('units: { file: e.csv, id: name }\n', { 'e.csv': 'name,area\nq,x\n' })).rejects.toThrow(
      /No unit of the responses \(u1, u2\) is in .*e\.csv \(q\)/,
    );
  });
});

describe('ceilings', () => {
  it('takes a ceiling as it is, the root of a reliability, and Spearman–Brown before it', () => {
    expect(ceilingOf(0.5, 'ceiling', undefined)).toBe(0.5);
    expect(ceilingOf(0.49, 'reliability', undefined)).toBeCloseTo(0.7, 12);
    // Spearman–Brown: 2 · 0.6 / 1.6 = 0.75.
    expect(ceilingOf(0.6, 'reliability', 'spearman-brown')).toBeCloseTo(Math.sqrt(0.75), 12);
    expect(ceilingOf(-0.1, 'reliability', undefined)).toBeNaN();
  });

  it('joins a table, and names units without one', async () => {
    const { units, warnings } = await load('ceiling: { file: c.csv, id: unit, value: r, kind: reliability }\n', {
      'c.csv': 'unit,r\nu2,0.25\n',
    });
    expect(units.map(({ ceiling }) => ceiling)).toEqual([NaN, 0.5]);
    expect(warnings).toEqual(['1 unit (u1) without a ceiling: left out of normalised scores.']);
  });

  it('takes numbers from the manifest, and refuses percentages', async () => {
    expect((await load('ceiling: { value: { u1: 0.4 }, kind: ceiling }\n')).units[0]!.ceiling).toBe(0.4);
    await expect(load('ceiling: { value: 45, kind: ceiling }\n')).rejects.toThrow(/Ceilings above 1: u1, u2/);
  });
});

describe('nuisance predictors', () => {
  it('are joined by the stimuli’s id column where their file has it, whatever its order', async () => {
    const { nuisance } = await load('nuisance: { file: n.csv, columns: [length] }\n', {
      'n.csv': 'id,length\nc,30\nb,20\na,10\n',
    });
    expect(Array.from(nuisance!.data)).toEqual([10, 20, 30]);
  });

  it('joins by id, and fills what is missing with the mean, counted', async () => {
    const { nuisance, warnings } = await load('nuisance: { file: n.csv, id: id, columns: [length, freq] }\n', {
      'n.csv': 'id,freq,length\nc,3,1\nb,NA,2\na,1,3\n',
    });
    expect(nuisance!.columns).toEqual(['length', 'freq']);
    expect(Array.from(nuisance!.data)).toEqual([3, 1, 2, 2, 1, 3]);
    expect(warnings).toEqual(['1 missing value of the nuisance predictor "freq" replaced by its mean over 2 rows.']);
  });

  it('goes by order without ids, also after stimuli were left out', async () => {
    const { nuisance } = await load('nuisance: { file: n.csv, columns: [length] }\n', {
      'r.csv': 'id,u1,u2\na,1,4\nc,4,5\n',
      'n.csv': 'length\n10\n20\n30\n',
    });
    expect(Array.from(nuisance!.data)).toEqual([10, 30]);
    await expect(load('nuisance: { file: n.csv, columns: [length] }\n', { 'n.csv': 'length\n1\n' })).rejects.toThrow(
      /n\.csv has 1 row of nuisance predictors, where 3 are needed/,
    );
  });

  it('may stand in the stimulus table or in several files side by side', async () => {
    const own = await load('nuisance: { columns: [length] }\n', { 's.csv': 'id,text,length\na,x,1\nb,y,2\nc,z,3\n' });
    expect(Array.from(own.nuisance!.data)).toEqual([1, 2, 3]);
    const many = await load('nuisance: { files: [p.txt, q.txt], header: false, columns: [p, q] }\n', {
      'p.txt': '1\n2\n3\n',
      'q.txt': '  4\n  5\n  6\n',
    });
    expect(Array.from(many.nuisance!.data)).toEqual([1, 4, 2, 5, 3, 6]);
  });
});
