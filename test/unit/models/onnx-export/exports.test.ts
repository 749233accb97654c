import { describe, expect, test } from 'vitest';
import { openTransformer } from '../../../../src/models/open';
import type { Transformer } from '../../../../src/models/transformer';
import { openOptions, resultOf, temporaryFolder } from '../support';
import { exportsThere, readFixture, writeExport } from './fixtures';
import type { Fixture } from './fixtures';

const signal = new AbortController().signal;
const folder = temporaryFolder();

/**
 * By precision, max |difference| / max |reference| of a row of the stream and nats per sequence. float32 against PyTorch: measured
 * 2.3e-6 and 2.2e-5;
 * the others against ONNX Runtime's own run of the file in Python. In float16 every operator rounds to 5e-4, and which of
 * them round depends on what the build fuses: measured 2.3e-3.
 */
const TOLERANCES = {
  fp32: { stream: 1e-5, nats: 1e-4 },
  fp16: { stream: 5e-3, nats: 1e-2 },
  int8: { stream: 1e-4, nats: 1e-3 },
};

function toleranceOf(name: string): { readonly stream: number; readonly nats: number } {
  return TOLERANCES[/-(int8|q4)$/.test(name) ? 'int8' : name.endsWith('fp16') ? 'fp16' : 'fp32'];
}

async function streamOf(
  model: Transformer,
  { sequences, layers }: Fixture,
  pooling: 'last' | 'mean',
): Promise<Float32Array> {
  const all = Array.from({ length: layers + 1 }, (_, i) => i - 1);
  return resultOf(model.activations(sequences, { signal, pooling, layers: all }));
}

async function scoresOf(model: Transformer, fixture: Fixture): Promise<number[][]> {
  const { sequences, mask } = fixture;
  const { values, starts } = await resultOf(model.nextTokens(sequences, [undefined, { keep: mask }], { signal }));
  return values.map((all) =>
    sequences.map((_, i) => all.subarray(starts[i], starts[i + 1]).reduce((sum, value) => sum + value, 0)),
  );
}

/** The largest of max |a − b| / max |b| over rows of `width`. */
function largestRelative(actual: Float32Array, expected: Float32Array, width: number): number {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  for (let row = 0; row < expected.length; row += width) {
    const there = expected.subarray(row, row + width);
    const difference = Math.max(...there.map((value, i) => Math.abs(actual[row + i]! - value)));
    largest = Math.max(largest, difference / Math.max(...there.map(Math.abs)));
  }
  return largest;
}

function largestDifference(actual: readonly number[], expected: readonly number[]): number {
  return Math.max(...expected.map((value, i) => Math.abs(actual[i]! - value)));
}

describe.each(exportsThere.filter((name) => name !== 'opt-post-norm'))('the export %s', (name) => {
  const fixture = readFixture(name);
  const path = writeExport(folder, name, fixture);
  const { stream, nats } = toleranceOf(name);

  test('gives the residual stream behind every block as the reference does', async () => {
    const model = await openTransformer(path, openOptions());
    const last = largestRelative(await streamOf(model, fixture, 'last'), fixture.last, fixture.width);
    const mean = largestRelative(await streamOf(model, fixture, 'mean'), fixture.mean, fixture.width);
    await model.dispose();
    expect(Math.max(last, mean)).toBeLessThan(stream);
  });

  test('scores as the reference does, and ablated as PyTorch with its blocks masked', async () => {
    const model = await openTransformer(path, openOptions({ executor: 'auto' }));
    const [plain, ablated] = await scoresOf(model, fixture);
    await model.dispose();
    expect(largestDifference(plain!, fixture.score)).toBeLessThan(nats);
    // PyTorch's ablated run is in float32: a file of less precision lies as far from it as without ablation.
    if (nats < 1e-3) expect(largestDifference(ablated!, fixture.scoreAblated)).toBeLessThan(nats);
    expect(largestDifference(ablated!, plain!)).toBeGreaterThan(0.5);
  });
});
