import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStudy } from '../../../../src/engine/study/open';
import { executeStudy } from '../../../../src/study/execute';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brainlens-open-'));
  for (const model of ['a', 'b']) await mkdir(join(folder, model));
  await writeFile(join(folder, 's.csv'), 'text\nA\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const study = (models: string, stimuli = 's.csv') => `models: { ${models} }
analyses:
  units: { analysis: localize, model: all }
  maps: { analysis: similarity, model: all, stimuli: ${stimuli} }
`;

async function open(text: string) {
  await writeFile(join(folder, 'x.study.yaml'), text);
  return openStudy('x.study.yaml', folder);
}

async function outcomes(text: string) {
  const { plan } = await open(text);
  const inputs = new Map<string, unknown>();
  const hooks = {
    look: () => Promise.resolve({ kind: 'missing' } as const),
    make: ({ run, input, leftOut }: { run: { id: string }; input: unknown; leftOut: readonly string[] }) => {
      inputs.set(run.id, { input, leftOut });
      return Promise.resolve({ summary: 'made' });
    },
    onStart: () => undefined,
    onOutcome: () => undefined,
  };
  const options = { force: true, signal: new AbortController().signal };
  return { ended: Object.fromEntries(await executeStudy(plan.runs, hooks, options)), inputs };
}

describe('a study whose model is not there', () => {
  const message = expect.stringMatching(
    /^x\.study\.yaml, line 1: There is no file "gone\/model"; [^;]*relative to it/,
  ) as string;

  it('fails in the runs on it, and goes on with the others', async () => {
    const { ended, inputs } = await outcomes(study('a: a, b: b, lost: gone/model'));
    expect(ended['units-lost']).toEqual({ kind: 'failed', message, internal: false });
    expect([...inputs.keys()]).toEqual(['units-a', 'units-b', 'maps']);
    expect(inputs.get('maps')).toMatchObject({
      input: { model: [join(folder, 'a'), join(folder, 'b')] },
      leftOut: ['lost'],
    });
  });

  it('fails in a comparison of which too little is left', async () => {
    const { ended } = await outcomes(study('a: a, lost: gone/model'));
    expect(ended['maps']).toMatchObject({ kind: 'failed', message, internal: false });
    expect(ended['units-a']).toMatchObject({ kind: 'done' });
  });

  it('runs nothing where stimuli are missing', async () => {
    await expect(open(study('a: a, lost: gone/model', 'none.csv'))).rejects.toThrow(
      /line 4: There is no file "none\.csv"/,
    );
  });
});
