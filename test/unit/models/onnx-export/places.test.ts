import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeFiles, isModelFolder, openTransformer } from '../../../../src/models/open';
import type { TransformerOptions } from '../../../../src/models/open';
import { readModel } from '../../../../src/models/onnx-export/read-model';
import type { Transformer } from '../../../../src/models/transformer';
import { openOptions, resultOf, temporaryFolder } from '../support';
import { readFixture, writeExport } from './fixtures';

const signal = new AbortController().signal;
const folder = temporaryFolder();
let made = 0;

/** A fresh folder of the export. */
function exported(name: string, config: Readonly<Record<string, unknown>> = {}): string {
  const fixture = readFixture(name);
  const parent = join(folder, String((made += 1)));
  mkdirSync(parent);
  return writeExport(parent, name, { ...fixture, config: { ...fixture.config, ...config } });
}

async function problem(path: string, options: Partial<TransformerOptions> = {}): Promise<string> {
  const run = async (): Promise<void> => {
    const model = await openTransformer(path, openOptions(options));
    await resultOf(model.activations([Int32Array.of(1, 2)], { signal, pooling: 'last' })).finally(() =>
      model.dispose(),
    );
  };
  return run().then(
    () => 'no error',
    (error: unknown) => String(error),
  );
}

async function lastStream(path: string): Promise<Float32Array> {
  const model = await openTransformer(path, openOptions());
  try {
    return await resultOf(model.activations([Int32Array.of(3, 1, 4)], { signal, pooling: 'last' }));
  } finally {
    await model.dispose();
  }
}

describe('where an export is found', () => {
  test('a folder with it, its file, and a file among several mean the same model', async () => {
    const path = exported('llama');
    const byFolder = await lastStream(path);
    expect(await isModelFolder(path)).toBe(true);
    expect(await lastStream(join(path, 'onnx/model.onnx'))).toEqual(byFolder);
    renameSync(join(path, 'onnx/model.onnx'), join(path, 'onnx/model_fp32.onnx'));
    expect(await lastStream(path)).toEqual(byFolder);
    copyFileSync(join(path, 'onnx/model_fp32.onnx'), join(path, 'onnx/model_q4.onnx'));
    expect(await problem(path)).toMatch(/several ONNX exports: model_fp32.onnx, model_q4.onnx.*Choose one/);
    expect(await lastStream(join(path, 'onnx/model_q4.onnx'))).toEqual(byFolder);
  });

  test('a snapshot of links, as in the cache of Hugging Face, its weights beside', async () => {
    const path = exported('gpt2');
    const blobs = join(path, 'blobs');
    const snapshot = join(path, 'snapshots/1');
    mkdirSync(blobs);
    mkdirSync(snapshot, { recursive: true });
    for (const [i, name] of [
      'config.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'model.onnx',
      'model.onnx_data',
    ].entries()) {
      copyFileSync(join(path, name), join(blobs, `hash${i}`));
      symlinkSync(join(blobs, `hash${i}`), join(snapshot, name));
    }
    expect(await lastStream(snapshot)).toEqual(await lastStream(path));
  });

  test('facts and files, external data among them', async () => {
    const { description, files } = await describeFiles(exported('gpt2'));
    expect(description).toMatchObject({
      family: 'gpt2',
      layers: 3,
      width: 8,
      heads: 2,
      dtype: 'F32',
      vocabulary: 40,
      verified: false,
    });
    // Tables 40·8 and 32·8, three blocks of 872, the norm 16; torch.onnx unties the head: 40·8.
    expect(description.parameters).toBe(3528);
    expect(files.map((file) => file.split('/').at(-1))).toEqual([
      'config.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'model.onnx',
      'model.onnx_data',
    ]);
    expect((await describeFiles(exported('gpt_neox-int8'))).description.dtype).toBe('I8');
    expect((await describeFiles(exported('qwen2-fp16'))).description.dtype).toBe('F16');
  });
});

describe('what is refused, and how', () => {
  test('a stream that cannot be found: what was looked for and what is there', async () => {
    expect(await problem(exported('opt-post-norm'))).toMatch(
      /residual stream cannot be found.*\/layers.0\/.*normalise their sum.*Looked for 3 or 6 sums \(Add, SkipLayerNormalization.*safetensors/,
    );
    expect(await problem(exported('gpt2-fused', { n_layer: 4 }))).toMatch(/there are 6 \(.*Looked for 4 or 8 sums/);
  });

  test('another width or vocabulary than config.json says', async () => {
    expect(await problem(exported('llama', { hidden_size: 10 }))).toMatch(
      /cannot load the graph with streams of 10 units.*config.json/,
    );
    const model = await openTransformer(exported('llama', { vocab_size: 41 }), openOptions());
    await expect(resultOf(model.score([Int32Array.of(1, 2)], { signal }))).rejects.toThrow(/41 tokens/);
    await model.dispose();
  });

  test('weights that are missing, and a graph that is none', async () => {
    const path = exported('gpt2');
    rmSync(join(path, 'model.onnx_data'));
    expect(await problem(path)).toMatch(/there is no model.onnx_data beside it/);
    writeFileSync(join(path, 'model.onnx'), 'version https://git-lfs.github.com/spec/v1');
    expect(await problem(path)).toMatch(
      /model.onnx is no ONNX file \(damaged, or of another kind\)\. Download or export it again\.$/,
    );
    writeFileSync(join(path, 'model.onnx'), '');
    expect(await problem(path)).toMatch(/model.onnx is empty\. Download or export it again\.$/);
    writeFileSync(join(path, 'config.json'), '{\n "model_type": gpt2\n}');
    expect(await problem(path)).toMatch(/config.json, line 2, column 16: it is no JSON from here\. Mend it/);
    writeFileSync(join(path, 'config.json'), '');
    expect(await problem(path)).toMatch(/config.json is empty\./);
  });

  test('weights that are not finite, beside the graph and in it', async () => {
    const beside = exported('gpt2');
    const data = readFileSync(join(beside, 'model.onnx_data'));
    writeFileSync(join(beside, 'model.onnx_data'), data.fill(0xff));
    expect(await problem(beside)).toMatch(/NaN or infinite weights/);

    const within = join(exported('llama'), 'onnx/model.onnx');
    const bytes = readFileSync(within);
    const matrix = readModel(bytes).graph.tensors.find(({ dims, type }) => dims.length === 2 && type === 1)!;
    bytes.writeFloatLE(Infinity, matrix.raw!.byteOffset - bytes.byteOffset + 12);
    writeFileSync(within, bytes);
    expect(await problem(within)).toContain(`model.onnx: tensor ${matrix.name} holds NaN or infinite weights`);
  });

  test('streaming, random weights, too little memory', async () => {
    const path = exported('llama');
    expect(await problem(path, { executor: 'streaming' })).toMatch(/cannot be streamed/);
    expect(await problem(path, { untrainedSeed: 1 })).toMatch(/cannot be compared with random weights/);
    expect(await problem(path, { memory: 1e6, executor: 'auto' })).toMatch(/memory budget is 1.0 MB/);
  });
});

describe('what runs agree on', () => {
  const sequences = [
    [5, 1, 7, 2],
    [3, 9, 9, 31],
    [8, 2],
  ].map((ids) => Int32Array.from(ids));

  async function numbers(model: Transformer, batchSize?: number): Promise<readonly (Float32Array | Float64Array)[]> {
    const options = { signal, ...(batchSize !== undefined && { batchSize }) };
    return [
      await resultOf(model.activations(sequences, { ...options, pooling: 'mean' })),
      await resultOf(model.score(sequences, options)),
    ];
  }

  test.each(['gpt_neox-int8', 'llama'])('%s: a sequence has the same numbers in any company', async (name) => {
    const model = await openTransformer(exported(name), openOptions());
    const together = await numbers(model);
    const alone = await numbers(model, 1);
    await model.dispose();
    together.forEach((values, i) =>
      values.forEach((value, at) =>
        expect(Math.abs(value - alone[i]![at]!)).toBeLessThan(1e-5 * (1 + Math.abs(value))),
      ),
    );
  });

  test('tokens of a sequence, its mean, and the logits that continue it', async () => {
    const model = await openTransformer(exported('qwen2'), openOptions());
    const positions = sequences.map(({ length }) => Int32Array.from({ length }, (_, i) => i));
    const tokens = await resultOf(model.tokenActivations(sequences, { signal, positions, layers: [2] }));
    const mean = await resultOf(model.activations(sequences, { signal, pooling: 'mean', layers: [2] }));
    const first = Array.from({ length: 8 }, (_, unit) =>
      [0, 1, 2, 3].reduce((sum, i) => sum + tokens[i * 8 + unit]! / 4, 0),
    );
    first.forEach((value, unit) => expect(mean[unit]).toBeCloseTo(value, 5));

    const mask = { keep: readFixture('qwen2').mask };
    const cut = sequences.map((ids, i) => ({ ids: ids.subarray(0, -1), condition: i % 2 }));
    const logits = await resultOf(model.nextLogits(cut, [undefined, mask], { signal }));
    const { values, starts } = await resultOf(model.nextTokens(sequences, [undefined, mask], { signal }));
    sequences.forEach((ids, i) => {
      const row = Array.from(logits.subarray(i * 40, (i + 1) * 40));
      const logSum = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
      expect(row[ids.at(-1)!]! - logSum).toBeCloseTo(values[i % 2]![starts[i + 1]! - 1]!, 4);
    });
    await model.dispose();
  });
});
