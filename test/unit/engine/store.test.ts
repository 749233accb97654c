import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readNpyFile } from '../../../src/data/npy-file';
import {
  defaultResultFolder,
  discardPartial,
  hasReport,
  partialFolder,
  previousFolder,
  readFigures,
  readResult,
  reportMoved,
  writeProblem,
  writeResult,
} from '../../../src/engine/store';
import type { ResultContent } from '../../../src/engine/store';
import { Cancelled, UserError } from '../../../src/shared/errors';
import { writeReport } from '../../../src/engine/report';
import { REPORT_START } from '../../../src/shared/report';
import { chart, map, table } from '../shared/figures';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'brainlens-store-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const never = new AbortController().signal;
const plain = { force: false, unique: false, signal: never };

function content(summary = 'first'): ResultContent {
  return {
    file: {
      schema: 'brainlens/localization@1',
      created: '2026-01-31T12:00:00.000Z',
      seconds: 1.5,
      spec: { model: 'm' },
      provenance: {
        brainlens: '0',
        onnxruntime: '0',
        node: '0',
        platform: 'x',
        threads: 1,
        seed: 0,
        inputs: [{ path: 'm', role: 'model', bytes: 1, sha256: 'ff' }],
      },
      result: { k: 2, z: NaN },
      summary,
    },
    figures: { schema: 'brainlens/figures@1', figures: [] },
    arrays: { t: { data: new Float64Array([1, 2, 3, 4]), shape: [2, 2] } },
  };
}

describe('writing a result folder', () => {
  it('stores facts, figures and arrays, and nothing else', async () => {
    const out = join(home, 'a/b/run');
    expect(await writeResult(out, content(), plain)).toBe(out);
    expect(readdirSync(out).sort()).toEqual(['figures.json', 'result.json', 't.npy']);
    expect(readdirSync(join(home, 'a/b'))).toEqual(['run']);
    const result = await readResult(out);
    expect(result).toMatchObject({
      name: 'run',
      summary: 'first',
      result: { k: 2, z: null, zReason: 'undefined (NaN)' },
    });
    expect(result.arrays).toEqual([{ file: 't.npy', dtype: '<f8', shape: [2, 2] }]);
    expect(await readNpyFile(join(out, 't.npy'))).toEqual(content().arrays['t']);
    expect(await readFigures(out)).toEqual(content().figures);
    const text = readFileSync(join(out, 'result.json'), 'utf8');
    expect(Object.keys(JSON.parse(text) as object)).toEqual([
      'schema', 'name', 'created', 'seconds', 'summary', 'spec', 'provenance', 'result', 'arrays',
    ]); // prettier-ignore
  });

  it('takes an empty folder, refuses one that holds a result, replaces that by force', async () => {
    const out = join(home, 'run');
    mkdirSync(out);
    await writeResult(out, content(), plain);
    await expect(writeResult(out, content('second'), plain)).rejects.toThrow(/holds another result.*--force/);
    expect((await readResult(out)).summary).toBe('first');
    await writeResult(out, content('third'), { ...plain, force: true });
    expect((await readResult(out)).summary).toBe('third');
    expect(readdirSync(home)).toEqual(['run']);
  });

  it('keeps a person’s own files when it replaces a result', async () => {
    const out = join(home, 'run');
    await writeResult(out, content(), plain);
    writeFileSync(join(out, 'notes.md'), 'mine');
    writeFileSync(join(out, 'report.html'), `${REPORT_START}stale`);
    await writeResult(out, content('second'), { ...plain, force: true });
    expect(readFileSync(join(out, 'notes.md'), 'utf8')).toBe('mine');
    expect(existsSync(join(out, 'report.html'))).toBe(false);
    expect(reportMoved(out)).toMatch(
      /^the report of run went with the result .*: write it again with brainlens report/,
    );
  });

  it('never deletes what it did not write: a page called report.html, a file whose name the result takes', async () => {
    const out = join(home, 'run');
    await writeResult(out, content(), plain);
    writeFileSync(join(out, 'report.html'), '<h1>my own</h1>');
    writeFileSync(join(out, 'cfg.json'), 'mine');
    const files = { 'cfg.json': (path: string) => Promise.resolve(writeFileSync(path, '{}')) };
    await writeResult(out, { ...content('second'), files }, { ...plain, force: true });
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toBe('<h1>my own</h1>');
    expect(readFileSync(join(out, 'cfg.json'), 'utf8')).toBe('{}');
    expect(readFileSync(join(out, 'cfg-2.json'), 'utf8')).toBe('mine');
  });

  it('keeps the report beside the result that it is of, and says where; notes there outlive further runs', async () => {
    const out = join(home, 'run');
    const again = { ...plain, force: true, keepPrevious: true };
    await writeResult(out, content(), plain);
    writeFileSync(join(out, 'report.html'), `${REPORT_START}of the first`);
    expect(hasReport(out)).toBe(true);
    await writeResult(out, content('second'), again);
    const previous = previousFolder(out);
    expect(reportMoved(out)).toBe(`the report of run lies in ${previous}: write it again with brainlens report ${out}`);
    writeFileSync(join(previous, 'why.md'), 'mine');
    await writeResult(out, content('third'), again);
    expect((await readResult(previous)).summary).toBe('second');
    expect(readdirSync(previous).sort()).toEqual(['figures.json', 'result.json', 't.npy', 'why.md']);
    expect(readFileSync(join(previous, 'why.md'), 'utf8')).toBe('mine');
  });

  it('leaves nothing of an analysis’ own files when it replaces a result', async () => {
    const out = join(home, 'run');
    const files = {
      'cfg.json': (path: string) => {
        writeFileSync(path, '{}');
        writeFileSync(join(path, '../weights.safetensors'), '');
        return Promise.resolve();
      },
    };
    await writeResult(out, { ...content(), files }, plain);
    expect((await readResult(out)).files).toEqual(['cfg.json', 'weights.safetensors']);
    await writeResult(out, content('second'), { ...plain, force: true });
    expect(readdirSync(out).sort()).toEqual(['figures.json', 'result.json', 't.npy']);
  });

  it.each([
    ['a folder of other files', (out: string) => (mkdirSync(out), writeFileSync(join(out, 'thesis.tex'), 'all of it'))],
    [
      'a folder whose result.json is not ours',
      (out: string) => (mkdirSync(out), writeFileSync(join(out, 'result.json'), '{}')),
    ],
    ['a file', (out: string) => writeFileSync(out, 'x')],
  ])('never touches %s, not even by force', async (_name, occupy) => {
    const out = join(home, 'run');
    occupy(out);
    await expect(writeResult(out, content(), { ...plain, force: true })).rejects.toThrow(/is not a Brainlens result/);
    expect(readdirSync(home)).toEqual(['run']);
    expect(existsSync(join(out, 'figures.json'))).toBe(false);
  });

  it('numbers default folders that are taken, also by something that is no result', async () => {
    const out = join(home, 'localize-20260131-120000');
    mkdirSync(`${out}-2`);
    writeFileSync(join(`${out}-2`, 'x'), 'x');
    const unique = { ...plain, unique: true };
    expect(await writeResult(out, content(), unique)).toBe(out);
    expect(await writeResult(out, content(), unique)).toBe(`${out}-3`);
    expect((await readResult(`${out}-3`)).name).toBe('localize-20260131-120000-3');
  });

  it('gives every one of many runs within a second a folder of its own', async () => {
    const out = join(home, 'localize-20260131-120000');
    for (let run = 0; run < 12; run++) await writeResult(out, content(`run ${run}`), { ...plain, unique: true });
    const summaries = await Promise.all(
      readdirSync(home).map(async (name) => (await readResult(join(home, name))).summary),
    );
    expect(new Set(summaries).size).toBe(12);
  });

  it('leaves nothing behind when it is cancelled or fails, not even folders that it made', async () => {
    const out = join(home, 'new/deep/run');
    await expect(writeResult(out, content(), { ...plain, signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
    const broken = { ...content(), arrays: { t: { data: new Float64Array(3), shape: [2, 2] } } };
    await expect(writeResult(out, broken, plain)).rejects.toThrow(RangeError);
    expect(readdirSync(home)).toEqual([]);
  });

  it('turns a refusing disk into a message', () => {
    const failed = (code: string) => writeProblem('/data/run', Object.assign(new Error(code), { code }));
    for (const code of ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'ENOTDIR']) {
      expect(failed(code)).toBeInstanceOf(UserError);
      expect((failed(code) as Error).message).toContain('/data/run');
    }
    expect(failed('EIO')).not.toBeInstanceOf(UserError);
  });
});

describe('a result that takes the place of another', () => {
  it('keeps it to be compared with, where asked to: the last one only', async () => {
    const out = join(home, 'study/encoding');
    const keeping = { ...plain, force: true, keepPrevious: true };
    for (const summary of ['one', 'two', 'three']) await writeResult(out, content(summary), keeping);
    expect((await readResult(out)).summary).toBe('three');
    expect((await readResult(previousFolder(out))).summary).toBe('two');
    expect(readdirSync(join(home, 'study')).sort()).toEqual(['.previous', 'encoding']);
  });

  it('keeps what the person put into the folder, and nothing of the old result, otherwise', async () => {
    const out = join(home, 'run');
    await writeResult(out, content('one'), plain);
    writeFileSync(join(out, 'notes.md'), 'mine');
    await writeResult(out, content('two'), { ...plain, force: true });
    expect(readFileSync(join(out, 'notes.md'), 'utf8')).toBe('mine');
    expect(readdirSync(home)).toEqual(['run']);
  });
});

describe('what a killed process leaves', () => {
  it('is removed: a partial folder', async () => {
    const out = join(home, 'run');
    mkdirSync(partialFolder(out, 4711), { recursive: true });
    writeFileSync(join(partialFolder(out, 4711), 't.npy'), 'x');
    discardPartial(out, 4711);
    expect(readdirSync(home)).toEqual([]);
    discardPartial(out, 4711);
  });

  it('is undone: a replacement in which the new result is not in place yet', async () => {
    const out = join(home, 'run');
    await writeResult(out, content('old'), plain);
    renameSync(out, join(home, '.run.replaced-4711'));
    discardPartial(out, 4711);
    expect((await readResult(out)).summary).toBe('old');
    expect(readdirSync(home)).toEqual(['run']);
  });

  it('is finished: a replacement in which it is', async () => {
    const out = join(home, 'run');
    await writeResult(out, content('old'), plain);
    writeFileSync(join(out, 'notes.md'), 'mine');
    renameSync(out, join(home, '.run.replaced-4711'));
    await writeResult(out, content('new'), plain);
    discardPartial(out, 4711);
    expect((await readResult(out)).summary).toBe('new');
    expect(readFileSync(join(out, 'notes.md'), 'utf8')).toBe('mine');
    expect(readdirSync(home)).toEqual(['run']);
  });
});

describe('reading a result folder', () => {
  it('names what is wrong', async () => {
    await expect(readResult(join(home, 'none'))).rejects.toThrow(/none does not exist/);
    await expect(readResult(home)).rejects.toThrow(/holds no Brainlens result/);
    const file = join(home, 'result.json');
    writeFileSync(file, '{"schema": ');
    await expect(readResult(home)).rejects.toThrow(`${file} is not valid JSON`);
    writeFileSync(file, '{"schema": "brainlens/localization@1", "name": 3}');
    await expect(readResult(file)).rejects.toThrow(/field name/);
    writeFileSync(join(home, 'figures.json'), '{"schema": "brainlens/figures@9"}');
    await expect(readFigures(home)).rejects.toThrow(UserError);
  });
});

describe('reading figures', () => {
  const write = (figures: unknown): void =>
    writeFileSync(join(home, 'figures.json'), JSON.stringify({ schema: 'brainlens/figures@1', figures }));

  it('gives known figures as they are, with fields of newer versions, and figures of unknown kinds', async () => {
    const beside = { ...chart, series: chart.series.map((one) => ({ ...one, beside: 'Selected', newer: 1 })) };
    const figures = [chart, beside, map, table, { kind: 'graph', nodes: [] }];
    write(figures);
    expect((await readFigures(home)).figures).toEqual(figures);
  });

  it.each<[string, unknown, RegExp]>([
    ['no list', 3, /figures\.json .*\(figures: /],
    ['no figure', [null], /\(figures\.0: /],
    ['no kind', [{}], /\(figures\.0\.kind: /],
    ['a chart without series', [{ ...chart, series: undefined }], /\(figures\.0\.series: /],
    ['a series of unequal lengths', [{ ...chart, series: [{ ...chart.series[0], y: [1] }] }], /series\.0: .*length/],
    ['a map of too few cells', [table, { ...map, min: [1] }], /\(figures\.1: min or max/],
    ['a table whose rows are none', [{ ...table, rows: [1] }], /\(figures\.0\.rows\.0: /],
  ])('refuses %s, and says where', async (_name, figures, message) => {
    write(figures);
    const failure: unknown = await readFigures(home).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect((failure as Error).message).toMatch(message);
  });

  it.each(['../secret/s.npy', '/etc/s.npy', 'a/b.npy', '..\\s.npy', 'result.json'])(
    'a report embeds no array from outside the folder: %s',
    async (array) => {
      const folder = join(home, 'run');
      await writeResult(
        folder,
        { ...content(), figures: { schema: 'brainlens/figures@1', figures: [{ ...map, array }] } },
        plain,
      );
      mkdirSync(join(home, 'secret'));
      writeFileSync(join(home, 'secret/s.npy'), readFileSync(join(folder, 't.npy')));
      const out = join(home, 'report.html');
      const writing = writeReport(folder, await readResult(folder), out, { script: '', style: '' });
      await expect(writing).rejects.toThrow(`${array} is not an array of this result`);
      expect(existsSync(out)).toBe(false);
    },
  );
});

it('names a default folder by verb and local time', () => {
  expect(defaultResultFolder('localize', new Date(2026, 0, 2, 3, 4, 5))).toBe(
    join('.brainlens', 'localize-20260102-030405'),
  );
});
