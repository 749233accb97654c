import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Uri } from 'vscode';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakePerson, fakeVscode } from './fake-vscode';

const person = new FakePerson();
vi.mock('vscode', () => fakeVscode(person));
const { openSampleWorkspace } = await import('../../../src/editor/sampleWorkspace');

const samples = fileURLToPath(new URL('../../../samples', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brainlens-samples-'));
  person.messages.length = 0;
  person.executed.length = 0;
  person.workspaceFolder = undefined;
  person.onMessage = () => undefined;
  person.onOpenDialog = () => folder;
});
afterEach(async () => {
  await chmod(folder, 0o755);
  await rm(folder, { recursive: true, force: true });
});

const opened = (): unknown[] => person.executed.map(([, uri, how]) => [(uri as Uri).fsPath, how]);

describe('Open Sample Workspace…', () => {
  it('copies a whole workspace into a new folder and opens it in an empty window', async () => {
    await openSampleWorkspace(samples, undefined);
    const target = join(folder, 'brainlens-sample');
    expect(await readdir(folder)).toEqual(['brainlens-sample']);
    expect(await readdir(target)).toEqual(expect.arrayContaining(['README.md', 'sample.study.yaml', 'models', 'saes']));
    expect(opened()).toEqual([[target, { forceNewWindow: false }]]);
  });

  it('asks in which window where one has a folder open', async () => {
    person.workspaceFolder = '/some/work';
    person.onMessage = (_, buttons) => buttons.find((button) => /New Window/.test(button));
    await openSampleWorkspace(samples, undefined);
    expect(opened()).toEqual([[join(folder, 'brainlens-sample'), { forceNewWindow: true }]]);
  });

  it('never overwrites what the person changed: the same folder is opened, or another is made', async () => {
    await openSampleWorkspace(samples, undefined);
    const study = join(folder, 'brainlens-sample/sample.study.yaml');
    await writeFile(study, 'mine');
    for (const answer of ['Open It', 'Make Another']) {
      person.onMessage = (_, buttons) => buttons.find((button) => button === answer);
      await openSampleWorkspace(samples, undefined);
    }
    expect(await readFile(study, 'utf8')).toBe('mine');
    const names = opened().map((call) => (call as string[])[0]!.slice(folder.length + 1));
    expect(names).toEqual(['brainlens-sample', 'brainlens-sample', 'brainlens-sample-2']);
  });

  it('leaves nothing behind where it fails', async () => {
    await expect(openSampleWorkspace(join(folder, 'no-samples'), undefined)).rejects.toThrow(/ENOENT/);
    expect(await readdir(folder)).toEqual([]);
    expect(person.executed).toEqual([]);
  });

  it('does nothing when the person leaves', async () => {
    person.onOpenDialog = () => undefined;
    await openSampleWorkspace(samples, undefined);
    expect([await readdir(folder), person.executed]).toEqual([[], []]);
  });
});
