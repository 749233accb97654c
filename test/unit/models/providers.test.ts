import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { openTransformer } from '../../../src/models/open';
import { placementKey } from '../../../src/models/placement';
import { offeredProviders, requireOffered } from '../../../src/models/providers';
import type * as Runtime from '../../../src/models/runtime';
import type { Transformer } from '../../../src/models/transformer';
import { exportsThere, readFixture, writeExport } from './onnx-export/fixtures';
import { golden, openOptions, resultOf, temporaryFolder } from './support';

/** What the device of these tests does: sessions of CUDA are the CPU's, whose outputs it may bend. */
const device = vi.hoisted(() => ({
  bend: (value: number): number => value,
  failure: undefined as string | undefined,
  loaded: [] as string[],
  open: new Set<unknown>(),
}));

vi.mock('../../../src/models/runtime', async (original) => {
  const real = await original<typeof Runtime>();
  const loadGraph: typeof Runtime.loadGraph = async (graph, threads, provider = 'cpu') => {
    device.loaded.push(provider);
    if (provider !== 'cpu' && device.failure !== undefined) throw new Error(device.failure);
    const loaded = await real.loadGraph(graph, threads);
    device.open.add(loaded);
    return {
      async run(feeds, outputs, into) {
        const results = await loaded.run(feeds, outputs, into);
        if (provider !== 'cpu') for (const name of outputs) results[name] = results[name].map(device.bend);
        return results;
      },
      async release() {
        device.open.delete(loaded);
        await loaded.release();
      },
    };
  };
  return { ...real, loadGraph };
});

beforeEach(() => {
  device.bend = (value) => value;
  device.failure = undefined;
  device.loaded = [];
  device.open.clear();
});

const signal = new AbortController().signal;
const model = join(golden, 'llama-llama3');
const folder = temporaryFolder();

function openOnCuda(path = model, executor: 'resident' | 'streaming' = 'resident'): Promise<Transformer> {
  return openTransformer(path, openOptions({ provider: 'cuda', executor }));
}

describe('a model on another provider', () => {
  test('stays there where its first batch gives what the CPU gives, and says how far it is from it', async () => {
    device.bend = (value) => value * (1 + 1e-6);
    const opened = await openOnCuda();
    expect(opened.placement).toMatchObject({ provider: 'cuda' });
    expect(opened.placement!.warning).toBeUndefined();
    // One session over all blocks: its outputs are bent once, to float32’s grid of 6e-8 to 1.2e-7.
    expect(opened.placement!.parity!.activations).toBeGreaterThan(9e-7);
    expect(opened.placement!.parity!.activations).toBeLessThan(1.3e-6);
    expect(opened.placement!.parity!.scores).toBeGreaterThan(0);
    await opened.dispose();
  });

  test.each([
    ['TF32', 1e-3],
    ['not a number', NaN],
  ])('goes to the CPU where its activations are off: %s', async (_, error) => {
    device.bend = (value) => value * (1 + error);
    const opened = await openOnCuda();
    expect(opened.placement).toMatchObject({ provider: 'cpu' });
    expect(opened.placement!.warning).toMatch(/^The model runs on the CPU, not on cuda: /);
    expect(opened.placement!.parity).toBeUndefined();

    device.loaded = [];
    const onCpu = await openTransformer(model, openOptions());
    const ids = [Int32Array.of(1, 2, 3)];
    const read = (transformer: Transformer): Promise<Float32Array> =>
      resultOf(transformer.activations(ids, { signal, pooling: 'mean' }));
    expect(await read(opened)).toEqual(await read(onCpu));
    expect(new Set(device.loaded)).toEqual(new Set(['cpu']));
    await opened.dispose();
    await onCpu.dispose();
  });

  test('says by how much it was off', async () => {
    device.bend = (value) => value * 1.002;
    const opened = await openOnCuda();
    expect(opened.placement!.warning).toMatch(/differ from the CPU’s by up to 2\.0e-3 \(relative\)/);
    expect(opened.placement!.warning).toContain('3e-4 and 0.001 nats are allowed');
  });

  test('goes to the CPU where only scores are off: the head may fail alone', async () => {
    // Log probabilities of a slice of the vocabulary are the only outputs below −1 here that activations do not have.
    device.bend = (value) => (value < -3 ? value + 0.01 : value);
    const opened = await openOnCuda();
    expect(opened.placement!.provider).toBe('cpu');
    expect(opened.placement!.warning).toContain('nats');
  });

  test('goes to the CPU where the provider cannot be had, with the reason', async () => {
    device.failure = 'Failed to load shared library';
    const opened = await openOnCuda();
    expect(opened.placement).toEqual({
      provider: 'cpu',
      warning: 'The model runs on the CPU, not on cuda: Failed to load shared library',
    });
  });

  test.each(['resident', 'streaming'] as const)('never holds the weights twice, %s', async (executor) => {
    const opened = await openOnCuda(model, executor);
    // What is still loaded is the device's own: nothing of the comparison's turn on the CPU.
    expect(device.open.size).toBeLessThanOrEqual(executor === 'resident' ? 2 : 0);
    await opened.dispose();
    expect(device.open.size).toBe(0);
    expect(device.loaded.indexOf('cuda')).toBeGreaterThan(device.loaded.lastIndexOf('cpu'));
  });

  test('a cancel during the comparison is a cancel', async () => {
    const controller = new AbortController();
    const options = openOptions({ provider: 'cuda', signal: controller.signal });
    const opening = openTransformer(model, { ...options, onProgress: () => controller.abort() });
    await expect(opening).rejects.toThrow('cancelled');
  });

  test.skipIf(!exportsThere.includes('qwen2-fp16'))(
    'an export in float16 may differ as float16 does, one in float32 may not',
    async () => {
      device.bend = (value) => value * 1.002;
      for (const [name, provider] of [
        ['qwen2-fp16', 'cuda'],
        ['qwen2', 'cpu'],
      ] as const) {
        const opened = await openOnCuda(writeExport(folder, name, readFixture(name)));
        expect([name, opened.placement!.provider]).toEqual([name, provider]);
        await opened.dispose();
      }
    },
  );
});

describe('what is kept of a model’s numbers', () => {
  test('is kept apart from other providers’, and the CPU’s keeps its key', async () => {
    expect(placementKey({})).toEqual([]);
    expect(placementKey({ placement: { provider: 'cpu', warning: 'no device' } })).toEqual([]);
    expect(placementKey({ placement: { provider: 'webgpu' } })).toEqual(['webgpu']);
  });
});

describe('providers of a platform', () => {
  test('are those that ONNX Runtime lists, by our names, and always the CPU', () => {
    const backends = [{ name: 'tensorrt' }, { name: 'dml' }, { name: 'webgpu' }];
    expect(offeredProviders(backends)).toEqual(['cpu', 'webgpu', 'directml']);
    expect(offeredProviders([])).toEqual(['cpu']);
    expect(offeredProviders()).toContain('cpu');
  });

  test('others are refused with what there is', () => {
    expect(() => requireOffered('coreml', ['cpu', 'webgpu'])).toThrow(
      `The execution provider coreml is not offered on ${process.platform}-${process.arch}. There are cpu, webgpu.`,
    );
    expect(() => requireOffered('webgpu', ['cpu', 'webgpu'])).not.toThrow();
  });
});
