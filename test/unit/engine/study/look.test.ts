import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAt } from '../../../../src/engine/study/look';
import { resultSchema } from '../../../../src/shared/result';
import { analysisOf } from '../../../../src/study/fields';

const spec = analysisOf('dataset')!;
const input = { dataset: 'data/dataset.yaml' };
let home: string;
let out: string;

beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'brainlens-look-')));
  out = join(home, '.brainlens/a/raw');
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Writes the result of a run of the study `made`, and looks at it as the study `file`. */
async function look(made: string | undefined, file = 'a.study.yaml') {
  const provenance = {
    ...{ brainlens: '0', onnxruntime: '0', node: '0', platform: 'x' },
    threads: 1,
    seed: 0,
    inputs: [],
  };
  const study = made === undefined ? {} : { study: { file: made, analysis: 'raw', results: {}, sets: {} } };
  const result = {
    ...{ schema: 'brainlens/dataset@1', name: 'raw', created: '2026-01-01T00:00:00Z', seconds: 1, spec: {}, ...study },
    ...{ provenance, result: {}, summary: 'made' },
  };
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'result.json'), JSON.stringify(result));
  expect(resultSchema.safeParse(result).success).toBe(true);
  const around = { cacheFolder: join(home, 'cache'), seed: 0, workspace: home, samples: join(home, 'samples') };
  return lookAt({ spec, out }, input, { ...around, file: join(home, file) });
}

describe('a look at the place of a result', () => {
  it('finds nothing, or what the study itself made', async () => {
    await rm(dirname(out), { recursive: true, force: true });
    const around = { cacheFolder: join(home, 'cache'), seed: 0, workspace: home, samples: join(home, 'samples') };
    expect(await lookAt({ spec, out }, input, { ...around, file: join(home, 'a.study.yaml') })).toEqual({
      kind: 'missing',
    });
    expect(await look('a.study.yaml')).toMatchObject({ kind: 'out-of-date' });
  });

  it('is blocked by a result that no study made, or a study of the same name in another folder', async () => {
    expect(await look(undefined)).toEqual({
      kind: 'blocked',
      message:
        '.brainlens/a/raw holds a result that no study made: it is not replaced. Move it away, rename the study file, or replace it with brainlens run --force.',
    });
    expect(await look('a.study.yaml', 'sub/a.study.yaml')).toMatchObject({
      kind: 'blocked',
      message: expect.stringMatching(/holds a result that the study a\.study\.yaml made/) as string,
    });
  });
});
