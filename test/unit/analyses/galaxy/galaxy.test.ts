import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { clusteringHeadline } from '../../../../src/analyses/galaxy/headline';
import { describeAll } from '../../../../src/analyses/galaxy/names';
import type { CloudFields } from '../../../../src/analyses/galaxy/result';
import { distinctRows, sampleRows } from '../../../../src/analyses/galaxy/sample-rows';
import { runJob } from '../../../../src/engine/job';
import { writeNpyFile } from '../../../../src/data/npy-file';
import { Random } from '../../../../src/math/random';
import { figuresSchema } from '../../../../src/shared/figures-file';
import { decodeNpy } from '../../../../src/shared/npy';

const root = join(__dirname, '../../../..');
const folder = mkdtempSync(join(tmpdir(), 'brainlens-galaxy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const goldenFolder = join(root, 'test/golden/galaxy');
const golden = JSON.parse(readFileSync(join(goldenFolder, 'galaxy.json'), 'utf8')) as {
  rows: number;
  width: number;
  eigenvalues: number[];
  ranks1: { slope: number; error: number; logVolume: number };
  ranks11: { slope: number; error: number; logVolume: number };
  entropy: Record<string, number>;
  gaussian: number;
  paperCode: { entropy: number };
};
const bytes = readFileSync(join(goldenFolder, 'decoder.f32'));
const decoderRows = Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));

async function decoder(name: string, data: Float32Array, width: number): Promise<string> {
  const path = join(folder, name);
  await writeNpyFile(path, { data, shape: [data.length / width, width] });
  return path;
}

interface Ran {
  readonly layers: readonly CloudFields[];
  readonly warnings: readonly string[];
  readonly summary: string;
  readonly eigenvalues: ReturnType<typeof decodeNpy>;
  readonly figures: readonly { id: string; kind: string; summary: string }[];
}

async function run(spec: Record<string, unknown>): Promise<Ran> {
  const out = join(folder, 'result');
  const { warnings, summary } = await runJob(
    {
      analysis: 'galaxy',
      spec,
      out,
      force: true,
      seed: 1,
      threads: 1,
      memory: 4e9,
      executor: 'auto',
      cacheFolder: join(folder, 'cache'),
      workspace: folder,
    },
    { signal: new AbortController().signal, onProgress: () => undefined },
  );
  const file = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as { result: { layers: CloudFields[] } };
  const figures = figuresSchema.parse(JSON.parse(readFileSync(join(out, 'figures.json'), 'utf8'))).figures;
  const eigenvalues = decodeNpy(readFileSync(join(out, 'eigenvalues.npy')), 'eigenvalues.npy');
  return { layers: file.result.layers, warnings, summary, eigenvalues, figures };
}

describe('the galaxy of a decoder', () => {
  it('has the spectrum, slopes, volume and entropies of NumPy and SciPy', async () => {
    const path = await decoder('W.npy', decoderRows, golden.width);
    const { layers, eigenvalues, figures, summary } = await run({ decoder: [path], resamples: 4 });
    const [cloud] = layers;
    expect(eigenvalues.shape).toEqual([1, golden.width]);
    golden.eigenvalues.forEach((value, i) => expect(Math.abs(eigenvalues.data[i]! / value - 1)).toBeLessThan(1e-12));
    expect(cloud!.slope).toBeCloseTo(golden.ranks1.slope, 9);
    expect(cloud!.slopeError).toBeCloseTo(golden.ranks1.error, 9);
    expect(cloud!.slopePaperCode).toBeCloseTo(golden.ranks11.slope, 9);
    expect(cloud!.slopePaperCodeError).toBeCloseTo(golden.ranks11.error, 9);
    expect(cloud!.logVolume).toBeCloseTo(golden.ranks1.logVolume, 9);
    expect(cloud!.logVolumePaperCode).toBeCloseTo(golden.ranks11.logVolume, 9);
    expect(cloud!.entropy).toBeCloseTo(golden.entropy['1']!, 8);
    expect(cloud!.gaussianEntropy).toBeCloseTo(golden.gaussian, 9);
    expect(cloud!.entropyPaperCode).toBeCloseTo(golden.paperCode.entropy, 7);
    expect(cloud!.clusteringEntropyRaw).toBeCloseTo(cloud!.gaussianEntropy - cloud!.entropy, 10);
    const { mean, sd } = cloud!.null.clusteringEntropy;
    expect(cloud!.clusteringEntropy).toBeCloseTo(cloud!.clusteringEntropyRaw - mean, 10);
    expect(cloud!.clusteringEntropy).toBeGreaterThan(5 * sd);
    expect(cloud!.null.p).toBeCloseTo(1 / 21, 12);
    expect(cloud!.slope).toBeLessThan(cloud!.null.slope.mean - 5 * cloud!.null.slope.sd);
    const { intervals } = cloud!;
    expect(intervals!.slope[0]).toBeLessThan(cloud!.slope);
    expect(intervals!.clusteringEntropy[1]).toBeGreaterThan(cloud!.clusteringEntropy);
    expect(figures.map(({ id }) => id)).toEqual(['spectrum', 'cloud', 'shape']);
    expect(summary).toMatch(/^Features of layer 0 of W\.npy: slope -1\.\d\d, clustering entropy/);
  });

  it('of Gaussian points is within its nulls', async () => {
    const random = new Random(9, 'gaussian');
    const path = await decoder(
      'gauss.npy',
      Float32Array.from({ length: 800 * 30 }, () => random.normal()),
      30,
    );
    const { layers } = await run({ decoder: [path], resamples: 0 });
    const [cloud] = layers;
    expect(Math.abs(cloud!.clusteringEntropy) / cloud!.null.clusteringEntropy.sd).toBeLessThan(4);
    expect(Math.abs(cloud!.slope - cloud!.null.slope.mean) / cloud!.null.slope.sd).toBeLessThan(4);
    expect(cloud!.intervals).toBeUndefined();
  });

  it('is drawn over layers where there are several, and tells them by the numbers given', async () => {
    const first = await decoder('a.npy', decoderRows, golden.width);
    const second = await decoder('b.npy', decoderRows.slice(0, 300 * golden.width), golden.width);
    const { layers, figures, eigenvalues } = await run({
      decoder: [first, second],
      layers: [5, 2],
      null: 3,
      resamples: 2,
    });
    expect(layers.map(({ layer, points }) => [layer, points])).toEqual([
      [2, 300],
      [5, 600],
    ]);
    expect(eigenvalues.shape).toEqual([2, golden.width]);
    expect(figures.map(({ id }) => id)).toEqual([
      'spectrum',
      'slope-by-layer',
      'volume-by-layer',
      'clustering-by-layer',
      'cloud-features-2',
      'cloud-features-5',
      'shape',
    ]);
  });

  it('with fewer points than dimensions ends where the points do not extend', async () => {
    const random = new Random(4, 'few');
    const path = await decoder(
      'few.npy',
      Float32Array.from({ length: 30 * 64 }, () => random.normal()),
      64,
    );
    const { layers, eigenvalues } = await run({ decoder: [path], null: 2, resamples: 0 });
    expect(eigenvalues.shape).toEqual([1, 29]);
    expect(layers[0]!.components).toBe(29);
    expect(layers[0]!.ranks).toEqual([1, 29]);
    expect(Number.isFinite(layers[0]!.clusteringEntropy)).toBe(true);
  });

  it('says that coinciding points have no entropy', async () => {
    const twice = new Float32Array(60 * golden.width);
    twice.set(decoderRows.subarray(0, 30 * golden.width));
    twice.set(decoderRows.subarray(0, 30 * golden.width), 30 * golden.width);
    const path = await decoder('twice.npy', twice, golden.width);
    const { layers, warnings, summary } = await run({ decoder: [path], null: 2, resamples: 0 });
    expect(layers[0]!.entropy).toBeNull();
    expect(summary).toMatch(/clustering entropy not known where points coincide$/);
    expect(warnings.join()).toMatch(/coincide/);
    const third = await run({ decoder: [path], null: 2, resamples: 0, neighbour: 2 });
    expect(Number.isFinite(third.layers[0]!.entropy)).toBe(true);
  });
});

describe('the galaxy of activations', () => {
  it('is measured at tokens drawn from documents, the first of a text never', async () => {
    const texts = join(folder, 'texts');
    mkdirSync(texts, { recursive: true });
    const random = new Random(3, 'texts');
    const words = ['river', 'stone', 'light', 'under', 'seven'];
    for (let i = 0; i < 12; i += 1) {
      const text = Array.from({ length: 60 }, () => words[random.below(words.length)]);
      // Texts that start alike would have the same activations there.
      writeFileSync(join(texts, `${i}.txt`), `${String.fromCharCode(97 + i)} ${text.join(' ')}`);
    }
    const model = join(root, 'samples/models/tiny-random');
    const spec = { model, documents: [texts], tokens: 200, null: 2, resamples: 2 };
    const { layers, warnings } = await run(spec);
    const again = await run(spec);
    expect(layers.map(({ layer, kind, points }) => [layer, kind, points])).toEqual(
      layers.map((_, layer) => [layer, 'activations', 200]),
    );
    expect(layers.length).toBeGreaterThan(1);
    expect(warnings).toEqual([]);
    expect(again.layers).toEqual(layers);
    const embedding = await run({ ...spec, layers: [-1, 0] });
    expect(embedding.layers[0]).toMatchObject({ layer: -1, entropy: null, clusteringEntropy: null });
    expect(embedding.warnings).toEqual([expect.stringMatching(/^activations of the embedding: .* coincide/)]);
    expect(embedding.summary).toMatch(/entropy of activations of the embedding not known where points coincide$/);
  });
});

describe('the galaxy of the embedding', () => {
  it('has entropies of distinct tokens, for a token is the same point wherever it occurs', async () => {
    const texts = join(folder, 'letters.txt');
    const random = new Random(8, 'letters');
    const letters = Array.from({ length: 900 }, () => String.fromCharCode(97 + random.below(26)));
    writeFileSync(texts, letters.join(' '));
    const model = join(root, 'samples/models/tiny-random');
    const spec = { model, documents: [texts], tokens: 300, null: 2, resamples: 0, layers: [-1] };
    const { layers, warnings } = await run(spec);
    const both = await run({ ...spec, layers: [-1, 0] });
    const drawn = both.figures.map(({ summary: sentence }) => /^(\d+) of 300 points/.exec(sentence)?.[1]);
    expect(drawn.filter(Boolean)).toEqual([String(layers[0]!.entropyPoints), '300']);
    expect(layers[0]!.points).toBe(300);
    expect(layers[0]!.entropyPoints).toBeLessThan(60);
    expect(Number.isFinite(layers[0]!.clusteringEntropy)).toBe(true);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^activations of the embedding: 300 tokens are \d+ distinct points, for a token's embedding/,
      ),
    ]);
    expect(warnings[0]).toContain(`are ${layers[0]!.entropyPoints} distinct`);
  });
});

describe('what is so of several clouds', () => {
  it('is warned of once, with their layers', async () => {
    const twice = new Float32Array(60 * 8);
    const random = new Random(6, 'twice');
    for (let i = 0; i < 30 * 8; i += 1) twice[i] = twice[30 * 8 + i] = random.normal();
    const paths = [await decoder('one.npy', twice, 8), await decoder('two.npy', twice, 8)];
    const { warnings, summary } = await run({ decoder: paths, null: 2, resamples: 0 });
    expect(warnings).toEqual([expect.stringMatching(/^features of layers 0–1: 60 points .* coincide with others/)]);
    expect(summary).toMatch(/, clustering entropy not known where points coincide$/);
  });

  it('has the name of the embedding, and neighbours as one', () => {
    const of = (kind: 'features' | 'activations', layers: number[]) => layers.map((layer) => ({ kind, layer }));
    expect(describeAll(of('activations', [-1, 0, 1, 2, 7]))).toBe('activations of the embedding and layers 0–2, 7');
    expect(describeAll([...of('features', [3]), ...of('activations', [-1])])).toBe(
      'features of layer 3 and activations of the embedding',
    );
  });
});

describe('the headline of clustering', () => {
  const cloud = (layer: number, clusteringEntropy: number, p: number, draws = 20): CloudFields =>
    ({ kind: 'features', layer, clusteringEntropy, null: { p, draws } }) as CloudFields;

  it.each([
    [
      'names the most clustered of those above their null',
      [cloud(0, 2, 1 / 21), cloud(1, 5, 1 / 21), cloud(2, 9, 0.3)],
      'most clustered features of layer 1 (5.0 nats beyond Gaussian clouds)',
    ],
    [
      'names none where none is above its null, and those whose entropy is unknown',
      [cloud(0, -2.5, 1), cloud(1, 0.1, 0.4), cloud(2, Infinity, NaN), cloud(3, Infinity, NaN)],
      'none more clustered than Gaussian clouds; entropy of features of layers 2–3 not known where points coincide',
    ],
    [
      'calls one cloud below its null not clustered',
      [cloud(0, -2.5, 1)],
      'clustering entropy -2.5 nats: not more clustered than Gaussian clouds (p = 1)',
    ],
    [
      'says that few draws cannot tell',
      [cloud(0, 3, 1 / 4, 3), cloud(1, -3, 1, 3)],
      'most clustered features of layer 0 (3.0 nats beyond Gaussian clouds; p cannot fall below 0.25 with 3 draws)',
    ],
    ['knows nothing without a null', [cloud(0, NaN, NaN, 0)], 'clustering entropy not known without a null'],
  ])('%s', (_, clouds, said) => {
    expect(clusteringHeadline(clouds)).toBe(said);
  });
});

describe('an SAE beside a model', () => {
  it('that it was not trained on is warned of', async () => {
    const sae = join(folder, 'sae');
    cpSync(join(root, 'samples/saes/tiny-random'), sae, { recursive: true });
    const file = join(sae, 'cfg.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"tiny-random"', '"pythia-70m"'));
    const model = join(folder, 'gpt2-small');
    cpSync(join(root, 'samples/models/tiny-random'), model, { recursive: true });
    const texts = join(folder, 'beside.txt');
    const random = new Random(5, 'beside');
    writeFileSync(texts, Array.from({ length: 150 }, () => random.below(100)).join(' '));
    const settings = { documents: [texts], tokens: 100, layers: [0], null: 1, resamples: 0 };
    const { warnings } = await run({ sae: [sae], model, ...settings });
    expect(warnings[0]).toMatch(/^sae says that it was trained on pythia-70m, and the model is gpt2-small:/);
    const own = await run({ sae: [join(root, 'samples/saes/tiny-random')], model, ...settings });
    expect(own.warnings.join()).toMatch(/trained on tiny-random/);
  });
});

describe('a cloud that one direction dominates', () => {
  const random = new Random(12, 'sink');
  const plain = Float32Array.from({ length: 2000 * 20 }, () => random.normal());

  it('is told, with the points that make it', async () => {
    const sink = plain.slice();
    sink[1234 * 20 + 3] = 400;
    const { warnings } = await run({ decoder: [await decoder('sink.npy', sink, 20)], null: 1, resamples: 0 });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^features of layer 0: the first principal component holds 8\d(\.\d)? ?% of the variance, and 1 point \(row 1234\) makes half of it: .* measure without those features$/,
      ),
    ]);
  });

  it('is told where all points make it', async () => {
    const long = plain.map((value, i) => (i % 20 === 3 ? 12 * value : value));
    const { warnings } = await run({ decoder: [await decoder('long.npy', long, 20)], null: 1, resamples: 0 });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^features of layer 0: the first principal component holds 8\d(\.\d)? ?% of the variance: slope/,
      ),
    ]);
  });

  it('is none where no direction is most of it', async () => {
    const { warnings } = await run({ decoder: [await decoder('even.npy', plain, 20)], null: 1, resamples: 0 });
    expect(warnings).toEqual([]);
  });
});

describe('rows that are the same to the bit', () => {
  it('are counted once, the first of them', () => {
    const rows = Float32Array.of(1, 2, 3, 4, 1, 2, 2, 1, 3, 4, 0, 0);
    expect([...distinctRows(rows, 2)]).toEqual([0, 1, 3, 5]);
    const { rows: some, chosen } = sampleRows(rows, 2, 10, new Random(1), distinctRows(rows, 2));
    expect([...chosen!]).toEqual([0, 1, 3, 5]);
    expect([...some]).toEqual([1, 2, 3, 4, 2, 1, 0, 0]);
    const two = sampleRows(rows, 2, 2, new Random(1), distinctRows(rows, 2)).chosen!;
    expect(two).toHaveLength(2);
    for (const row of two) expect([0, 1, 3, 5]).toContain(row);
  });
});

describe('what has no galaxy', () => {
  it.each([
    { spec: {}, message: /--sae: is missing \(or give --decoder/ },
    { spec: { decoder: ['none.npy'] }, message: /none\.npy does not exist/ },
    { spec: { model: root }, message: /--documents: go with --model/ },
  ])('is refused: $message', async ({ spec, message }) => {
    await expect(run(spec)).rejects.toThrow(message);
  });

  it('is refused by name: points that are all one, more neighbours than half of them, a layer that is not there', async () => {
    const same = await decoder('same.npy', new Float32Array(60 * 8).fill(0.5), 8);
    await expect(run({ decoder: [same] })).rejects.toThrow(
      /same\.npy \(features of layer 0\) is one point 60 times\. A/,
    );
    const sixty = await decoder('sixty.npy', decoderRows.slice(0, 60 * golden.width), golden.width);
    await expect(run({ decoder: [sixty], neighbour: 40 })).rejects.toThrow(
      /--neighbour 40: sixty\.npy .* has 30 points in half of it\. Ask for 29 at most, or for no intervals/,
    );
    await expect(run({ decoder: [sixty], neighbour: 60, resamples: 0 })).rejects.toThrow(/has 60 points\. Ask for 59/);
    const { layers } = await run({ decoder: [sixty], neighbour: 59, null: 1, resamples: 0 });
    expect(Number.isFinite(layers[0]!.entropy)).toBe(true);
    const texts = join(folder, 'short.txt');
    writeFileSync(texts, 'A few words.');
    const model = join(root, 'samples/models/tiny-random');
    await expect(run({ model, documents: [texts], layers: [0, 99] })).rejects.toThrow(
      /--layers: the model has no layer 99\. Its layers are −1 \(the embedding\) to \d+\./,
    );
    await expect(run({ model, documents: [texts] })).rejects.toThrow(
      /The documents hold \d tokens to draw from\. Give/,
    );
  });

  it('is refused by name: too few points, other widths', async () => {
    const few = await decoder('five.npy', decoderRows.slice(0, 5 * golden.width), golden.width);
    await expect(run({ decoder: [few] })).rejects.toThrow(/five\.npy \(features of layer 0\) has 5 points/);
    const wide = await decoder('wide.npy', decoderRows.slice(0, 100 * 50), 50);
    const narrow = await decoder('narrow.npy', decoderRows.slice(0, 100 * 20), 20);
    await expect(run({ decoder: [wide, narrow], null: 0, resamples: 0 })).rejects.toThrow(
      /narrow\.npy \(features of layer 1\) is 20 wide and wide\.npy 50/,
    );
  });
});
