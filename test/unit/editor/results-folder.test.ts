import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Uri } from 'vscode';
import { FakePerson, fakeVscode } from './fake-vscode';

const person = new FakePerson();
vi.mock('vscode', () => fakeVscode(person));
// Of all that is loaded on demand, what the library asks for.
vi.mock('../../../src/editor/onDemand', async () => ({
  ...(await import('../../../src/editor/recordedResult')),
  ...(await import('../../../src/editor/studyRoots')),
}));
const { ResultLibrary } = await import('../../../src/editor/resultLibrary');
const { placeAmongResults, resultsFolderIn } = await import('../../../src/editor/resultsFolder');
const { homeOfResult, recordedResult } = await import('../../../src/editor/recordedResult');
const { placeIn } = await import('../../../src/editor/resultPlace');
const vscode = await import('vscode');

const log = { error: (message: string) => Promise.reject(new Error(message)) };
let home: string;
const uri = (path: string): Uri => vscode.Uri.file(join(home, path));

/** A result of `localize` on models/x, by its folder. */
async function put(folder: string): Promise<void> {
  const result = {
    ...{ schema: 'brainlens/localization@1', created: '2026-01-02T03:04:05.000Z', seconds: 1, spec: {}, name: 'x' },
    ...{ result: {}, summary: `of ${folder}` },
    provenance: {
      ...{ brainlens: '1', onnxruntime: '1', node: '24', platform: 'linux-x64', threads: 1, memory: 1, seed: 0 },
      inputs: [{ path: 'models/x/model.safetensors', role: 'model', bytes: 3, sha256: '0'.repeat(64) }],
    },
  };
  await write(join(folder, 'result.json'), JSON.stringify(result));
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(home, file)), { recursive: true });
  await writeFile(join(home, file), text);
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'brainlens-results-'));
  await put('.brainlens/a');
  await put('out/runs/b');
  await put('out/runs/study/c');
  await put('out/runs/study/.previous/c');
  await put('shelf/mine/d');
  await put('elsewhere/e');
  await write('mine.study.yaml', 'results: shelf # on the large disk\nanalyses: {}\n');
  await write('broken.study.yaml', 'results: [shelf2\n');
});
afterAll(() => rm(home, { recursive: true, force: true }));
beforeEach(() => {
  person.workspaceFolder = home;
  person.settings = { resultsFolder: './out/runs/' };
});

describe('the folder of results that is set', () => {
  it('is where runs write', () => {
    const place = placeIn(uri(''), 'sae train', new Date(2026, 0, 2, 3, 4, 5));
    expect(place).toEqual({ workspace: uri('').fsPath, out: join(home, 'out/runs/sae-train-20260102-030405') });
  });

  it('is looked through beside every .brainlens and the folders that studies name; what is hidden stays so', async () => {
    const library = new ResultLibrary(log as never);
    const found = await library.list();
    const places = found.map(({ folder, study }) => [folder.path.slice(home.length + 1), study]);
    expect(places.toSorted()).toEqual([
      ['.brainlens/a', undefined],
      ['out/runs/b', undefined],
      ['out/runs/study/c', 'study'],
      ['shelf/mine/d', 'mine'],
    ]);
    for (const { inputs } of found) expect(inputs[0]!.path).toBe(`${home}/models/x/model.safetensors`);
    library.dispose();
  });

  it('changes with the setting', async () => {
    const library = new ResultLibrary(log as never);
    expect(await library.list()).toHaveLength(4);
    person.settings = { resultsFolder: 'elsewhere' };
    const found = await library.listNow();
    expect(found.map(({ summary }) => summary)).toContain('of elsewhere/e');
    expect(found.map(({ summary }) => summary)).not.toContain('of out/runs/b');
    library.dispose();
  });

  it('is refused where it leads out of the workspace; results in .brainlens are still found', async () => {
    person.settings = { resultsFolder: '../other' };
    expect(() => resultsFolderIn(uri(''))).toThrow('The setting brainlens.resultsFolder is "../other"');
    const library = new ResultLibrary(log as never);
    expect((await library.list()).map(({ summary }) => summary)).toContain('of .brainlens/a');
    library.dispose();
  });

  it('gives results the folder that their paths are relative to', async () => {
    expect(homeOfResult(uri('out/runs/study/c'))?.path).toBe(home);
    expect(homeOfResult(uri('.brainlens/a'))?.path).toBe(home);
    expect(homeOfResult(uri('elsewhere/e'))).toBeUndefined();
    // Written with --out: the command line ran in the workspace folder.
    const elsewhere = await recordedResult(uri('elsewhere/e/result.json'));
    expect(elsewhere?.inputs[0]!.path).toBe(`${home}/models/x/model.safetensors`);
  });
});

it('the innermost folder of results counts', () => {
  const roots = [
    { home: { path: '/w' }, root: { path: '/w/out' } },
    { home: { path: '/w' }, root: { path: '/w/out/deep' } },
  ] as never;
  expect(placeAmongResults('/w/out/deep/s/r', roots)).toEqual({ home: '/w', below: ['s', 'r'] });
  expect(placeAmongResults('/w/out/x/.brainlens/r', roots)).toEqual({ home: '/w/out/x', below: ['r'] });
  expect(placeAmongResults('/w/outer/r', roots)).toBeUndefined();
});
