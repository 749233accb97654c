import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSae } from '../../../../src/data/sae/open';
import { runJob } from '../../../../src/engine/job';
import { keptOf } from '../../../../src/engine/kept';
import { readFigures, readResult } from '../../../../src/engine/store';
import type { SaeTrainingFields } from '../../../../src/analyses/sae-training/result';
import { Cancelled } from '../../../../src/shared/errors';
import type { Progress } from '../../../../src/shared/progress';
import type { JobRequest } from '../../../../src/shared/protocol';

const root = join(import.meta.dirname, '../../../..');
const WORDS =
  'a cat saw the old house near two rivers and slept under warm stones while rain fell on quiet fields'.split(' ');

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'brainlens-sae-'));
  mkdirSync(join(home, 'documents'));
  for (let document = 0; document < 10; document++) {
    const words = Array.from({ length: 26 }, (_, i) => WORDS[(i * (document + 3) + ((i * i) % 7)) % WORDS.length]);
    writeFileSync(join(home, `documents/${document}.txt`), words.join(' '));
  }
});
// A failed run may still be closing the file of a chunk.
afterEach(() => rmSync(home, { recursive: true, maxRetries: 10, retryDelay: 50 }));

const SMALL = { layer: 1, features: 48, k: 4, batch: 64, epochs: 2, evaluateEvery: 4, heldOut: 0.2, outliers: 0 };

describe('training an SAE on a tiny model', () => {
  test('leaves an SAE in SAELens’ layout, curves and figures, the same for the same seed', async () => {
    const first = await job('first', SMALL);
    const sae = await openSae(first);
    expect(sae).toMatchObject({ format: 'saelens', features: 48, layer: 1, activation: { kind: 'topk', k: 4 } });
    expect(sae.input).toEqual({ centre: false, normalise: { kind: 'none' }, subtractDecoderBias: true });
    const { result, arrays } = await readResult(first);
    const { steps, heldOut } = result as unknown as SaeTrainingFields;
    expect(heldOut.documents).toBeGreaterThan(1);
    expect(heldOut.varianceExplained).toBeGreaterThan(0.1);
    expect(heldOut.l0).toBeLessThanOrEqual(4);
    expect(arrays?.find(({ file }) => file === 'curves.npy')?.shape).toEqual([Math.ceil(steps / 4), 7]);
    expect((await readFigures(first)).figures.map(({ id }) => id)).toContain('variance-explained');
    expect(await keptOf(first)).toBeUndefined();

    const again = await openSae(await job('again', SMALL));
    expect(again.decoder).toEqual(sae.decoder);
    const other = await openSae(await job('other', SMALL, { seed: 1 }));
    expect(other.decoder).not.toEqual(sae.decoder);
  });

  test('cancelled keeps its best, which opens; the same command goes on to the same weights', async () => {
    const straight = await openSae(await job('straight', SMALL));
    await expect(job('late', SMALL, { cache: 'other', stopAt: 7 })).rejects.toThrow(Cancelled);
    const kept = (await keptOf(join(home, 'late')))!;
    expect(kept.what).toMatch(/^variance explained 0\.\d+ at step 4$/);
    expect(await openSae(kept.folder)).toMatchObject({ features: 48, layer: 1 });
    expect(existsSync(join(home, 'late'))).toBe(false);

    const seen: Progress[] = [];
    const late = await openSae(await job('late', SMALL, { cache: 'other', seen }));
    expect(seen.find(({ phase }) => phase === 'Training')?.done).toBe(8);
    expect(seen.some(({ phase, done }) => phase === 'Activations' && done === 0)).toBe(false);
    expect(late.decoder).toEqual(straight.decoder);
    expect(late.encoderBias).toEqual(straight.encoderBias);
    expect(existsSync(kept.folder)).toBe(false);
  });

  test('says in cfg.json whether the model’s tokenizer adds BOS', async () => {
    const prepends = (out: string): unknown =>
      (JSON.parse(readFileSync(join(out, 'cfg.json'), 'utf8')) as { metadata: Record<string, unknown> }).metadata[
        'prepend_bos'
      ];
    expect(prepends(await job('without', SMALL))).toBe(false);
    const model = join(home, 'with-bos');
    cpSync(join(root, 'samples/models/tiny-random'), model, { recursive: true });
    const tokenizer = JSON.parse(readFileSync(join(model, 'tokenizer.json'), 'utf8')) as object;
    const bos = { SpecialToken: { id: '<|endoftext|>', type_id: 0 } };
    const template = {
      type: 'TemplateProcessing',
      single: [bos, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [bos, { Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { '<|endoftext|>': { id: '<|endoftext|>', ids: [0], tokens: ['<|endoftext|>'] } },
    };
    writeFileSync(join(model, 'tokenizer.json'), JSON.stringify({ ...tokenizer, post_processor: template }));
    expect(prepends(await job('with', { ...SMALL, model }))).toBe(true);
  });

  test('taken up at another place and cancelled again, keeps there what it had kept', async () => {
    const rarely = { ...SMALL, evaluateEvery: 6 };
    await expect(job('here', rarely, { stopAt: 7 })).rejects.toThrow(Cancelled);
    await expect(job('there', rarely, { stopAt: 8 })).rejects.toThrow(Cancelled);
    const [here, there] = [(await keptOf(join(home, 'here')))!, (await keptOf(join(home, 'there')))!];
    expect(there.what).toBe(here.what);
    expect(there.folder).not.toBe(here.folder);
    expect((await openSae(there.folder)).decoder).toEqual((await openSae(here.folder)).decoder);
    expect(readdirSync(there.folder)).toEqual(readdirSync(here.folder));
  });

  test('warns of documents that are left out, and where reading ended', async () => {
    writeFileSync(join(home, 'documents/3.txt'), Buffer.of(0x61, 0xff, 0xfe, 0x62));
    writeFileSync(join(home, 'documents/4.txt'), ' \n');
    const whole = (await readResult(await job('whole', SMALL))).result as unknown as SaeTrainingFields & Warned;
    expect(whole.warnings.join(' ')).toMatch(/1 document not UTF-8, left out \(first: .*3\.txt\)/);
    expect(whole.warnings.join(' ')).toMatch(/1 document empty, left out \(first: .*4\.txt\)/);
    expect(whole.warnings.join(' ')).not.toMatch(/Only the first/);

    const all = whole.trainTokens + whole.heldOut.tokens;
    // One token fewer is missing from the last document; two documents' worth fewer, and others are not reached at all.
    for (const [tokens, last] of [
      [all - 1, '9.txt'],
      [all >> 1, '[0-6].txt'],
    ] as const) {
      const { warnings } = (await readResult(await job(`cut-${tokens}`, { ...SMALL, tokens })))
        .result as unknown as Warned;
      const pattern = `Only the first ${tokens} tokens were read, .* the last of them in .*${last}`;
      expect(warnings.join(' ')).toMatch(new RegExp(pattern));
    }
    const exact = (await readResult(await job('exact', { ...SMALL, tokens: all }))).result as unknown as Warned;
    expect(exact.warnings.join(' ')).not.toMatch(/Only the first/);
  });

  test('reports the fit with outliers beside the one without them, in numbers and figures', async () => {
    const plain = await readResult(await job('plain', SMALL));
    const { tokens, varianceExplained, meanSquaredError, withOutliers } = (plain.result as unknown as SaeTrainingFields)
      .heldOut;
    expect(withOutliers).toEqual({ tokens, varianceExplained, meanSquaredError });

    // Every norm above the median is one: about half of the tokens.
    const out = await job('outliers', { ...SMALL, outliers: 1 });
    const { heldOut, outliers, trainTokens } = (await readResult(out)).result as unknown as SaeTrainingFields;
    expect(heldOut.withOutliers.tokens).toBe(tokens);
    expect(heldOut.tokens).toBeLessThan(tokens);
    expect(trainTokens + outliers + heldOut.tokens).toBe(
      (plain.result as unknown as SaeTrainingFields).trainTokens + tokens,
    );
    expect(heldOut.withOutliers.varianceExplained).not.toBe(heldOut.varianceExplained);
    const figure = (await readFigures(out)).figures.find(({ id }) => id === 'variance-explained')!;
    const left = tokens - heldOut.tokens;
    const share = (100 * heldOut.withOutliers.varianceExplained).toFixed(1);
    expect(figure.summary).toContain(`${left} tokens of these documents with outlying norms`);
    expect(figure.summary).toContain(`with them it is ${share} %`);
  });

  test('tells loss, L0, dead features and variance explained as it goes', async () => {
    const seen: Progress[] = [];
    await job('told', SMALL, { seen });
    const last = seen.findLast(({ phase }) => phase === 'Training')!;
    expect(Object.keys(last.values!)).toEqual(['loss', 'l0', 'dead', 'varianceExplained']);
    expect(last.done).toBe(last.total);
    expect(seen.some(({ phase }) => /^Needs .* of memory and .* on the disk/.test(phase))).toBe(true);
  });

  test.each([
    ['a layer that is not there', { layer: 40 }, /Layer 40 is not in the model/],
    ['more features per token than features', { k: 49 }, /--k: must be at most --features/],
    ['more features per token than units', { k: 400, features: 500 }, /--k 400 is more than the model's width/],
    [
      'a learning rate that is too large',
      { learningRate: 1e30 },
      /no longer a finite number .*smaller --learning-rate/,
    ],
    [
      'more than the memory budget',
      { features: 1_000_000 },
      /^This training needs .* GB and the model .*memory budget is 2\.0 GB\..*--memory.*--batch.*--features/,
    ],
    ['too few tokens', { tokens: 9, heldOut: 0.5 }, /too few|one document alone/],
  ])('refuses %s', async (_, changes, message) => {
    await expect(job('bad', { ...SMALL, ...changes })).rejects.toThrow(message);
    expect(existsSync(join(home, 'bad'))).toBe(false);
  });

  test('refuses a single document, and documents without a text', async () => {
    writeFileSync(join(home, 'one.txt'), 'a cat saw the old house');
    await expect(job('bad', { ...SMALL, documents: [join(home, 'one.txt')] })).rejects.toThrow(/one document alone/);
    writeFileSync(join(home, 'one.txt'), '  \n');
    await expect(job('bad', { ...SMALL, documents: [join(home, 'one.txt')] })).rejects.toThrow(/gives a token/);
  });

  test('leaves a folder alone that is not its own', async () => {
    mkdirSync(join(home, 'mine-checkpoint'));
    writeFileSync(join(home, 'mine-checkpoint/notes.txt'), 'mine');
    await expect(job('mine', SMALL)).rejects.toThrow(/mine-checkpoint is in the way/);
    expect(readFileSync(join(home, 'mine-checkpoint/notes.txt'), 'utf8')).toBe('mine');
  });
});

interface Warned {
  readonly warnings: readonly string[];
}

interface JobChanges {
  readonly seed?: number;
  readonly cache?: string;
  /** Cancels when so many steps are done. */
  readonly stopAt?: number;
  readonly seen?: Progress[];
}

async function job(out: string, spec: Record<string, unknown>, changes: JobChanges = {}): Promise<string> {
  const abort = new AbortController();
  const request: JobRequest = {
    analysis: 'sae train',
    spec: { model: join(root, 'samples/models/tiny-random'), documents: [join(home, 'documents')], ...spec },
    out: join(home, out),
    ...{ force: false, seed: changes.seed ?? 0, threads: 1, memory: 2e9, executor: 'auto' as const, workspace: home },
    cacheFolder: join(home, changes.cache ?? 'cache'),
  };
  const onProgress = (progress: Progress): void => {
    changes.seen?.push(progress);
    if (progress.phase === 'Training' && progress.done === changes.stopAt) abort.abort();
  };
  return (await runJob(request, { signal: abort.signal, onProgress })).out;
}
