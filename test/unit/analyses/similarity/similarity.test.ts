import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { similarity } from '../../../../src/analyses/similarity/index';
import { runJob } from '../../../../src/engine/job';
import { decodeNpy } from '../../../../src/shared/npy';
import type { JobRequest } from '../../../../src/shared/protocol';
import { signatureOf, similarityOf } from '../../../../src/math/similarity/similarity';
import { openTransformer } from '../../../../src/models/open';
import { golden, openOptions, resultOf } from '../../models/support';

const folder = mkdtempSync(join(tmpdir(), 'brainlens-similarity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const texts = ['the cat', 'a dog', 'some rain', 'no', 'more of it', 'zebra', 'quick fox'];
const stimuli = join(folder, 'stimuli.jsonl');
writeFileSync(stimuli, texts.map((text) => JSON.stringify({ text })).join('\n'));
const [a, b] = [join(golden, 'gpt2'), join(golden, 'llama-sharded-f16')];

async function run(
  model: string[],
  settings: object = {},
): Promise<{
  result: Record<string, unknown>;
  warnings: readonly string[];
  matrix: Float64Array;
  shape: readonly number[];
  summary: string;
  figures: string[];
}> {
  const out = join(folder, 'result');
  const request: JobRequest = {
    analysis: 'similarity',
    spec: { model, stimuli: [stimuli], permutations: 500, ...settings },
    out,
    force: true,
    seed: 1,
    threads: 1,
    memory: 4e9,
    executor: 'auto',
    cacheFolder: join(folder, 'cache'),
    workspace: folder,
  };
  const { warnings, summary } = await runJob(request, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const read = (name: string) => JSON.parse(readFileSync(join(out, name), 'utf8')) as Record<string, unknown>;
  const { data, shape } = decodeNpy(readFileSync(join(out, 'similarity.npy')), 'similarity.npy');
  const figures = (read('figures.json')['figures'] as { id: string }[]).map(({ id }) => id);
  return {
    result: read('result.json')['result'] as Record<string, unknown>,
    warnings,
    matrix: data as Float64Array,
    shape,
    summary,
    figures,
  };
}

async function layerOf(path: string, layer: number): Promise<Float32Array> {
  const model = await openTransformer(path, openOptions());
  const ids = texts.map((text) => model.tokenizer.encode(text));
  const options = { pooling: 'last', layers: [layer], signal: new AbortController().signal } as const;
  return resultOf(model.activations(ids, options)).finally(() => model.dispose());
}

it('compares every layer of one model with every layer of another', async () => {
  const { result, matrix, shape, summary, figures } = await run([a, b], { metric: 'debiased-cka', zscored: true });
  expect(shape).toEqual([2, 3]);
  const expected = similarityOf(
    signatureOf(await layerOf(a, 1), texts.length, 'debiased-cka', true),
    signatureOf(await layerOf(b, 2), texts.length, 'debiased-cka', true),
  );
  expect(matrix[5]).toBeCloseTo(expected, 6);
  const matches = result['bestMatches'] as { match: number; similarity: number; matchDepth: number }[];
  matches.forEach(({ match, similarity: best, matchDepth }, i) => {
    expect(best).toBe(Math.max(...matrix.subarray(3 * i, 3 * i + 3)));
    expect(best).toBe(matrix[3 * i + match]);
    expect(matchDepth).toBeCloseTo((match + 1) / 3, 12);
  });
  expect(figures).toEqual(['similarity-map', 'best-match']);
  expect(summary).toMatch(/^gpt2 and llama-sharded-f16: most alike are layers \d and \d/);
});

it('of a model with itself matches every layer with itself', async () => {
  for (const metric of ['cka', 'rsa']) {
    const { result, matrix } = await run([b, b], { metric });
    for (const i of [0, 4, 8]) expect(matrix[i]).toBeCloseTo(1, 12);
    expect(result).toMatchObject({ diagonality: 1, models: ['llama-sharded-f16', 'llama-sharded-f16'], stimuli: 7 });
    // Three layers have six orders.
    expect(result['p']).toBeGreaterThan(0.1);
    expect(result['p']).toBeLessThan(0.25);
  }
});

it('takes two models and at least four stimuli', async () => {
  expect(similarity.spec.spec.safeParse({ model: [a], stimuli: ['x'] }).error?.issues[0]?.message).toMatch(
    /two models/,
  );
  const few = join(folder, 'few.jsonl');
  writeFileSync(few, '{"text":"a"}\n{"text":"b"}');
  await expect(run([a, b], { stimuli: [few] })).rejects.toThrow(/2 stimuli are too few/);
});
