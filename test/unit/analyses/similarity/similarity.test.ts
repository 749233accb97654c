import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { similarity } from '../../../../src/analyses/similarity/index';
import { Signatures } from '../../../../src/analyses/similarity/represented';
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

interface Run {
  readonly result: Record<string, unknown>;
  readonly warnings: readonly string[];
  readonly matrix: Float64Array;
  readonly shape: readonly number[];
  readonly summary: string;
  readonly figures: string[];
  readonly phases: ReadonlySet<string>;
}

async function run(model: string[], settings: object = {}, array = 'similarity', memory = 4e9): Promise<Run> {
  return await job('similarity', { model, stimuli: [stimuli], permutations: 500, ...settings }, array, memory);
}

async function job(analysis: string, spec: object, array: string, memory = 4e9, name = 'result'): Promise<Run> {
  const out = join(folder, name);
  const phases = new Set<string>();
  const request: JobRequest = {
    analysis,
    spec: { ...spec },
    out,
    force: true,
    seed: 1,
    threads: 1,
    memory,
    executor: 'auto',
    cacheFolder: join(folder, 'cache'),
    workspace: folder,
  };
  const { warnings, summary } = await runJob(request, {
    signal: new AbortController().signal,
    onProgress: ({ phase }) => void phases.add(phase),
  });
  const read = (name: string) => JSON.parse(readFileSync(join(out, name), 'utf8')) as Record<string, unknown>;
  const { data, shape } = decodeNpy(readFileSync(join(out, `${array}.npy`)), `${array}.npy`);
  const figures = (read('figures.json')['figures'] as { id: string }[]).map(({ id }) => id);
  return {
    result: read('result.json')['result'] as Record<string, unknown>,
    warnings,
    matrix: data as Float64Array,
    shape,
    summary,
    figures,
    phases,
  };
}

async function layerOf(path: string, layer: number): Promise<Float32Array> {
  const model = await openTransformer(path, openOptions());
  const ids = texts.map((text) => model.tokenizer.encode(text));
  const options = { pooling: 'last', layers: [layer], signal: new AbortController().signal } as const;
  return resultOf(model.activations(ids, options)).finally(() => model.dispose());
}

it('warns that biased CKA of fewer stimuli than units is inflated, and says nothing of the unbiased one', async () => {
  const { warnings } = await run([a, b]);
  expect(warnings.join('\n')).toMatch(/^7 stimuli are fewer than the \d+ units of \S+: biased CKA is inflated/m);
  for (const metric of ['debiased-cka', 'rsa']) {
    expect((await run([a, b], { metric })).warnings.join()).not.toMatch(/inflated/);
  }
  const many = join(folder, 'many.jsonl');
  writeFileSync(many, Array.from({ length: 100 }, (_, i) => JSON.stringify({ text: `cat ${i}` })).join('\n'));
  expect((await run([a, b], { stimuli: [many] })).warnings.join()).not.toMatch(/inflated/);
});

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
    const { result, matrix, warnings } = await run([b, b], { metric });
    for (const i of [0, 4, 8]) expect(matrix[i]).toBeCloseTo(1, 12);
    expect(result).toMatchObject({ diagonality: 1, models: ['llama-sharded-f16', 'llama-sharded-f16'], stimuli: 7 });
    // Three layers have six orders.
    expect(result['p']).toBeGreaterThan(0.1);
    expect(result['p']).toBeLessThan(0.25);
    expect(warnings.join()).toMatch(/match 3 layers of .*, whose orders cannot give the diagonality a p of 0\.05/);
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

describe('words in context', () => {
  it('are the rows of models with different tokenizers', async () => {
    const { result, shape } = await run([a, b], { level: 'word' });
    // 2 + 2 + 2 + 1 + 3 + 1 + 2 words; the models make other tokens of them.
    expect(result).toMatchObject({ level: 'word', stimuli: 13, layers: [2, 3] });
    expect(shape).toEqual([2, 3]);
  });

  it('come from a dataset too, and are not summed', async () => {
    const dataset = join(folder, 'words.dataset.yaml');
    writeFileSync(join(folder, 'words.csv'), 'word,run,e1\nthe,1,0.1\nquick,1,0.5\nfox,1,0.2\nno,2,0.4\nrain,2,0.3\n');
    writeFileSync(
      dataset,
      'name: Words\ngranularity: word\nwords: { file: words.csv, word: word, run: run }\nresponses: { file: words.csv, columns: [e1] }\n',
    );
    const { result } = await run([a, b], { dataset, stimuli: undefined });
    expect(result).toMatchObject({ level: 'word', stimuli: 5 });
    const settings = { model: [a, b], stimuli: [stimuli], level: 'word', pooling: 'sum' };
    expect(similarity.spec.spec.safeParse(settings).error?.issues[0]?.message).toMatch(/last token, or the mean/);
  });
});

describe('several models', () => {
  const c = join(golden, 'llama-llama3');

  it('give a matrix per pair, and how alike they are over all as matrix, tree and map', async () => {
    const { result, matrix, shape, figures, summary } = await run([a, b, c, b], {}, 'models');
    expect(shape).toEqual([4, 4]);
    const pairs = result['pairs'] as { a: number; b: number; array: string; similarity: number }[];
    expect(pairs.map(({ array }) => array)).toEqual(
      ['1-2', '1-3', '1-4', '2-3', '2-4', '3-4'].map((pair) => `similarity-${pair}`),
    );
    for (const pair of pairs) expect(matrix[4 * pair.a + pair.b]).toBe(matrix[4 * pair.b + pair.a]);
    // The second and the fourth are the same model: they merge first and lie in one place.
    expect(matrix[4 + 3]).toBeCloseTo(1, 12);
    const { clustering, order, map } = result['summary'] as {
      clustering: { a: number; b: number; distance: number }[];
      order: number[];
      map: { x: number[]; y: number[] };
    };
    expect(clustering[0]).toMatchObject({ a: 1, b: 3 });
    expect(Math.abs(order.indexOf(1) - order.indexOf(3))).toBe(1);
    expect(map.x[1]).toBeCloseTo(map.x[3]!, 6);
    expect(figures.slice(0, 4)).toEqual(['models', 'model-tree', 'model-map', 'pairs']);
    expect(figures).toHaveLength(4 + 2 * 6);
    expect(summary).toMatch(/^4 models: most alike are llama-sharded-f16 and llama-sharded-f16 \(1\)$/);
    const first = decodeNpy(readFileSync(join(folder, 'result/similarity-1-2.npy')), '').data as Float64Array;
    const { result: alone, matrix: two } = await run([a, b]);
    expect(Array.from(two)).toEqual(Array.from(first));
    expect(alone['bestMatches']).toEqual((result['pairs'] as { bestMatches: unknown }[])[0]!.bestMatches);
  });

  it('go on where one fails, and say which and why', async () => {
    const broken = join(folder, 'broken');
    cpSync(c, broken, { recursive: true });
    writeFileSync(join(broken, 'config.json'), '{"model_type":"unheard-of"}');
    const { result, warnings } = await run([a, broken, b]);
    expect(result['models']).toEqual(['gpt2', 'llama-sharded-f16']);
    expect(result['failed']).toMatchObject([{ model: 'broken' }]);
    expect(warnings.join()).toMatch(/broken failed and is left out: .*unheard-of/);
    await expect(run([a, broken])).rejects.toThrow(/unheard-of/);
    const absent = join(folder, 'absent');
    const { result: rest, warnings: told } = await run([absent, a, b]);
    expect(rest['models']).toEqual(['gpt2', 'llama-sharded-f16']);
    expect(rest['failed']).toMatchObject([{ model: 'absent' }]);
    expect(told.join()).toMatch(/absent failed and is left out: .*absent does not exist/);
    await expect(run([a, absent])).rejects.toThrow(/absent does not exist/);
  });

  it('need memory for the layers of two of them at least', async () => {
    const model = (name: string, from: number) => ({
      ...{ name, layers: 2, rows: 6 },
      layer: (index: number) =>
        Promise.resolve(Float32Array.from({ length: 18 }, (_, i) => Math.sin(from + index + i * i))),
    });
    const [x, y, z] = [model('x', 1), model('y', 2), model('z', 3)] as const;
    // Two layers of 6·7/2 numbers of 8 bytes: 336 bytes a model.
    const roomy = new Signatures({ metric: 'cka', zscored: false }, 10_000);
    const tight = new Signatures({ metric: 'cka', zscored: false }, 700);
    for (const [one, other] of [
      [x, y],
      [x, z],
      [y, z],
    ] as const) {
      expect(await resultOf(tight.of(one, other))).toEqual(await resultOf(roomy.of(one, other)));
      expect(await resultOf(tight.of(other, one))).toEqual(await resultOf(roomy.of(other, one)));
    }
    const none = new Signatures({ metric: 'cka', zscored: false }, 600);
    await resultOf(none.of(x, y));
    await expect(resultOf(none.of(y, x))).rejects.toThrow(/6 rows need 1 GB for the layers of two models/);
  });
});

describe('stored activations', () => {
  it('take the place of a model, where they are of the same stimuli', async () => {
    await job('activations', { model: b, stimuli: [stimuli] }, 'activations', 4e9, 'stored');
    const stored = join(folder, 'stored');
    const { matrix } = await run([a, b]);
    const from = await run([a, stored]);
    expect(from.result['models']).toEqual(['gpt2', 'stored']);
    Array.from(matrix).forEach((value, i) => expect(from.matrix[i]).toBeCloseTo(value, 12));
    const others = join(folder, 'others.jsonl');
    writeFileSync(others, texts.map((text) => JSON.stringify({ text: `${text}!` })).join('\n'));
    await expect(run([a, stored], { stimuli: [others] })).rejects.toThrow(
      /stored holds activations of other stimuli than .*others\.jsonl/,
    );
    await expect(run([a, stored], { level: 'word' })).rejects.toThrow(/stored holds activations of texts/);
    await expect(run([a, stored], { stimuli: undefined })).rejects.toThrow(/--stimuli is missing/);
  });
});
