import { availableParallelism } from 'node:os';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakePerson, fakeVscode } from '../fake-vscode';

const person = new FakePerson();
vi.mock('vscode', () => fakeVscode(person));

const { sharedSettings } = await import('../../../../src/editor/study/run');
const settings = (study: Parameters<typeof sharedSettings>[0]) => sharedSettings(study, '/lab', '/cache');

beforeEach(() => {
  person.settings = { memory: '2GB', threads: 3, executor: 'resident', cacheSize: '1GB' };
});

describe('what the runs of a study share in the editor', () => {
  it("is the editor's where the study says nothing, with seed 0", () => {
    expect(settings({})).toEqual({
      ...{ memory: 2e9, threads: 3, executor: 'resident', cacheSize: 1e9, seed: 0, provider: 'cpu' },
      ...{ cacheFolder: '/cache', workspace: '/lab' },
    });
    person.settings = {};
    expect(settings({})).toMatchObject({ threads: availableParallelism(), executor: 'auto', cacheSize: 5e9 });
  });

  it("is the study's where it says so, and each setting by itself", () => {
    const study = { memory: '1.5 GiB', threads: 1, executor: 'streaming', seed: 7 } as const;
    expect(settings(study)).toMatchObject({ ...study, memory: 1.5 * 2 ** 30, cacheSize: 1e9 });
    expect(settings({ memory: 800_000_000 })).toMatchObject({ memory: 8e8, threads: 3, executor: 'resident', seed: 0 });
  });

  it('refuses a setting of the editor that is no size', () => {
    person.settings['memory'] = 'much';
    expect(() => settings({})).toThrow(/brainlens\.memory is "much"/);
  });
});
