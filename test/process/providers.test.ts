import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readNpyFile } from '../../src/data/npy-file';
import { resultSchema } from '../../src/shared/result';
import { Bench, brainlens } from './support';

/** Chromium's Vulkan on the CPU: real WebGPU without a graphics processor. */
const SWIFTSHADER = '/usr/lib/chromium';
const NOWHERE = '/nowhere.json';

async function activations(
  bench: Bench,
  provider: string,
  vulkan: string,
): Promise<{
  readonly values: Float32Array;
  readonly provenance: Record<string, unknown>;
  readonly warnings: string[];
}> {
  const out = join(bench.results, provider);
  // Few: SwiftShader compiles every shader and is slow.
  const stimuli = bench.write('few.csv', 'text\nThe cat sat on the mat.\nThe dog sat on the mat.\n');
  const args = ['activations', '--model', bench.model, '--stimuli', stimuli, '--provider', provider, '--json'];
  const env = { ...process.env, VK_ICD_FILENAMES: vulkan, VK_DRIVER_FILES: vulkan, LD_LIBRARY_PATH: SWIFTSHADER };
  const { code, stdout, stderr } = await brainlens(bench, [...args, '--out', out], { env });
  expect(code, stderr).toBe(0);
  const { provenance, result } = resultSchema.parse(JSON.parse(stdout));
  const { data } = await readNpyFile(join(out, 'activations.npy'));
  return { values: data as Float32Array, provenance, warnings: result['warnings'] as string[] };
}

it('a provider that cannot be had leaves the model on the CPU, and the result says so', async (ctx) => {
  if (process.platform !== 'linux' || process.arch !== 'x64') ctx.skip('WebGPU needs no Vulkan here');
  const bench = new Bench();
  try {
    const { provenance, warnings } = await activations(bench, 'webgpu', NOWHERE);
    expect(provenance).toMatchObject({ provider: 'cpu' });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^The model runs on the CPU, not on webgpu: Failed to get a WebGPU adapter/);
  } finally {
    bench.remove();
  }
});

it('WebGPU computes what the CPU computes', async (ctx) => {
  const vulkan = join(SWIFTSHADER, 'vk_swiftshader_icd.json');
  if (!existsSync(vulkan)) ctx.skip('Chromium’s Vulkan is not here');
  if (process.arch !== 'x64') ctx.skip('WebGPU is not offered here');
  const bench = new Bench();
  try {
    const cpu = await activations(bench, 'cpu', NOWHERE);
    const webgpu = await activations(bench, 'webgpu', vulkan);
    expect(cpu.provenance).toMatchObject({ provider: 'cpu' });
    expect(webgpu.provenance).toMatchObject({
      provider: 'webgpu',
      parity: { activations: expect.any(Number) as number },
    });
    expect(webgpu.warnings).toEqual([]);
    // Another order of summation: measured 8e-7 relative. Were they one run, not a bit would differ.
    expect(webgpu.values).not.toEqual(cpu.values);
    const scale = cpu.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const off = cpu.values.reduce((most, value, i) => Math.max(most, Math.abs(value - webgpu.values[i]!)), 0);
    expect(off / scale).toBeLessThan(1e-5);
  } finally {
    bench.remove();
  }
});

it('a provider of another platform is refused with those that are offered', async () => {
  const bench = new Bench();
  try {
    const foreign = process.platform === 'darwin' ? 'directml' : 'coreml';
    for (const args of [
      ['info', bench.model],
      ['score', '--model', bench.model, '--stimuli', bench.stimuli],
    ]) {
      const { code, stderr } = await brainlens(bench, [...args, '--provider', foreign]);
      expect(code).toBe(2);
      expect(stderr).toMatch(new RegExp(`The execution provider ${foreign} is not offered on .*\\. There are cpu`));
    }
    expect(bench.written()).toEqual([]);
  } finally {
    bench.remove();
  }
});
