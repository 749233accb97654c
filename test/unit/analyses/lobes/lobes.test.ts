import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseSpec } from '../../../../src/shared/analysis';
import { lobesSpec } from '../../../../src/analyses/lobes/spec';
import { heldOutDocuments } from '../../../../src/analyses/lobes/held-out';
import { keptFeatures } from '../../../../src/analyses/lobes/kept';
import type { LobesFields } from '../../../../src/analyses/lobes/result';
import { runJob } from '../../../../src/engine/job';
import { adjustedMutualInformation } from '../../../../src/math/clustering/mutual-information';
import { Random } from '../../../../src/math/random';
import { decodeNpy } from '../../../../src/shared/npy';

const golden = join(import.meta.dirname, '../../../golden/lobes-analysis');
const [firing, decoder] = [join(golden, 'firing.npy'), join(golden, 'decoder.npy')];
const folder = mkdtempSync(join(tmpdir(), 'brainlens-lobes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `make.py` of the golden folder: scikit-learn on the same matrix. */
const python = JSON.parse(readFileSync(join(golden, 'golden.json'), 'utf8')) as {
  geometry: number[];
  affinities: Record<string, { labels: number[]; ami: number; balancedAccuracy: number }>;
};

async function run(spec: Record<string, unknown>): Promise<{ out: string; result: LobesFields; summary: string }> {
  const out = join(folder, 'result');
  const { summary } = await runJob(
    {
      analysis: 'lobes',
      spec: { map: 'pca', ...spec },
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
  const { result } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as { result: LobesFields };
  return { out, result, summary };
}

function array(out: string, name: string): Int32Array {
  return decodeNpy(readFileSync(join(out, `${name}.npy`)), name).data as Int32Array;
}

describe('lobes of a planted firing matrix', () => {
  test('are those of scikit-learn, by every affinity, with its AMI and balanced accuracy', async () => {
    const { out, result, summary } = await run({
      firing,
      decoder,
      affinity: 'all',
      null: 5,
      saveCooccurrence: true,
    });
    const geometry = array(out, 'geometryLabels');
    expect(geometry[7]).toBe(-1);
    expect(result).toMatchObject({ kept: 149, blocks: 800, leftOut: { neverFired: 1, tooOften: 0 } });
    const alive = (labels: Int32Array): Int32Array => labels.filter((_, feature) => feature !== 7);
    // The same partition up to names: AMI 1, which is stricter than an adjusted Rand index of 0.99.
    expect(adjustedMutualInformation(alive(geometry), Int32Array.from(python.geometry))).toBeCloseTo(1, 12);
    expect(result.affinities).toHaveLength(5);
    for (const { name, labels, ami, position, sizes } of result.affinities) {
      const theirs = python.affinities[name]!;
      expect(adjustedMutualInformation(alive(array(out, labels)), Int32Array.from(theirs.labels))).toBeCloseTo(1, 12);
      expect(Math.abs(ami.value - theirs.ami)).toBeLessThan(1e-9);
      // Float32 products can move a test row over the border: less than 0.01 of balanced accuracy.
      expect(Math.abs(position.balancedAccuracy - theirs.balancedAccuracy)).toBeLessThan(0.01);
      expect(sizes).toEqual([75, 40, 34]);
      expect(ami.z).toBeGreaterThan(20);
      expect(ami.withinDeciles.draws).toBe(5);
    }
    expect(summary).toMatch(/^3 lobes of 149 features by φ: AMI 0\.787 \(z \d+\), position 0\.878 \(z /);
    const square = array(out, 'cooccurrence');
    const blocks = decodeNpy(readFileSync(firing), firing).data;
    let both = 0;
    for (let at = 0; at < blocks.length; at += 150) both += blocks[at + 3]! * blocks[at + 11]!;
    expect([square[3 * 150 + 11], square[11 * 150 + 3]]).toEqual([both, both]);
    const lines = readFileSync(join(out, 'features.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(150);
    expect(JSON.parse(lines[7]!)).toMatchObject({ title: 'Feature 7', facts: { 'lobe by φ': 'left out' } });
    expect(statSync(join(out, 'figures.json')).size).toBeLessThan(2e6);
    // Counts given instead of the matrix: the same lobes.
    const given = await run({ cooccurrence: join(out, 'cooccurrence.npy'), blocks: 800, decoder, null: 1 }).catch(
      (error: unknown) => error,
    );
    expect(given).toHaveProperty('summary');
  });
});

describe('what goes in', () => {
  const refused = (given: Record<string, unknown>, message: RegExp): void => {
    expect(() => parseSpec(lobesSpec, given)).toThrow(message);
  };

  test('is refused by the name of what is missing', () => {
    refused({}, /--documents: is missing/);
    refused({ documents: ['a'], sae: 's' }, /--model: is missing/);
    refused({ documents: ['a'], model: 'm' }, /--sae: is missing/);
    refused({ firing: 'a.npy' }, /--decoder: is missing/);
    refused({ cooccurrence: 'a.npy', decoder: 'd.npy' }, /--blocks: is missing/);
    refused({ firing: 'a.npy', cooccurrence: 'b.npy', decoder: 'd.npy' }, /give one of/);
    refused({ firing: 'a.npy', decoder: 'd.npy', lobes: [1] }, /--lobes/);
  });

  test('a decoder of other features, and more lobes than features', async () => {
    await expect(run({ firing, decoder: firing })).rejects.toThrow(/150 columns, the decoder has 800 rows/);
    await expect(run({ firing, decoder, lobes: [200], null: 0 })).rejects.toThrow(/149 are left \(1 never fired/);
  });

  test('nothing that fires', () => {
    const settings = { keepDead: false, lobes: [3] };
    expect(() => keptFeatures(new Int32Array(5), 10, settings)).toThrow(/No feature fires in any of 10 blocks/);
    const kept = keptFeatures(Int32Array.of(0, 9, 2, 3, 4, 5), 10, { ...settings, maxRate: 0.8 });
    expect(kept).toEqual({ features: Int32Array.of(2, 3, 4, 5), leftOut: { neverFired: 1, tooOften: 1 } });
  });
});

test('documents are held out by type, small types together keep the share', () => {
  const types = Int32Array.of(0, 0, 0, 0, 1, 2, 3, 4);
  const out = heldOutDocuments(types, 5, 0.5, new Random(0));
  expect(out.reduce((sum, flag) => sum + flag, 0)).toBe(4);
  expect(out.subarray(0, 4).reduce((sum, flag) => sum + flag, 0)).toBe(2);
});
