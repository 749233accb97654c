import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheFolder } from '../../src/cli/settings';
import { readNpyFile } from '../../src/data/npy-file';
import { Bench, brainlens, root } from './support';

const FILE = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const places = [process.env['BRAINLENS_REAL_MODEL'], join(cacheFolder(process.env), 'models', FILE)];
const model = places.find((place) => place !== undefined && place !== '' && existsSync(place));
const relations = join(root, '../shared/data/function_vectors/abstractive');
const golden = join(root, 'test/golden/crystals');

type Pair = readonly [number, number];
interface Quality {
  readonly cosine: number;
  readonly parallelogram: number;
}
interface Measured {
  readonly layer: number;
  readonly before: Quality;
  readonly after: Quality;
  readonly heldOut: {
    readonly before: Quality;
    readonly after: Quality;
    readonly transfer: { readonly before: number; readonly after: number };
  };
}
interface Silhouettes {
  readonly before: number;
  readonly after: number;
}

/** transformers and scikit-learn: [cosine, parallelogram] or [before, after], by relation. */
interface Reference {
  readonly relations: readonly string[];
  readonly pairs: readonly number[];
  readonly layers: readonly {
    readonly layer: number;
    readonly before: readonly Pair[];
    readonly after: readonly Pair[];
    readonly silhouette: Pair;
    readonly heldOut: {
      readonly before: readonly Pair[];
      readonly after: readonly Pair[];
      readonly silhouette: Pair;
      readonly transfer: readonly Pair[];
    };
  }[];
}

/** Activations differ by the order of float32 sums; discriminant analysis of 576 columns magnifies that a little. */
const TOLERANCE = 1e-4;
/** One held-out pair whose two nearest outputs are equally far to float32 may go either way. */
const TRANSFER_TOLERANCE = 0.01;

it(
  'crystals of SmolLM2 over published relations are those of transformers and scikit-learn',
  { timeout: 900_000 },
  async (ctx) => {
    if (model === undefined) ctx.skip('SmolLM2 is not here (name it in BRAINLENS_REAL_MODEL)');
    if (!existsSync(relations)) ctx.skip('the relations are not beside the repository');
    const reference = JSON.parse(readFileSync(join(golden, 'reference.json'), 'utf8')) as Reference;
    const bench = new Bench();
    try {
      const out = join(bench.results, 'run');
      const files = reference.relations.map((name) => join(relations, `${name}.json`));
      const args = ['crystals', '--model', model!, '--relations', ...files, '--null', '0', '--out', out, '--json'];
      const { code, stdout, stderr } = await brainlens(bench, args);
      expect(code, stderr).toBe(0);
      const { result } = JSON.parse(stdout) as {
        result: {
          relations: readonly Measured[];
          silhouette: readonly (Silhouettes & { readonly heldOut: Silhouettes })[];
        };
      };
      const ours = await readNpyFile(join(out, 'splits.npy'));
      expect(Array.from(ours.data)).toEqual(Array.from((await readNpyFile(join(golden, 'splits.npy'))).data));
      const near = (actual: number, expected: number, what: string, tolerance = TOLERANCE): void =>
        expect(Math.abs(actual - expected), `${what}: ${actual} against ${expected}`).toBeLessThan(tolerance);
      const nearQuality = ({ cosine, parallelogram }: Quality, expected: Pair, what: string): void => {
        near(cosine, expected[0], `${what}, cosine`);
        near(parallelogram, expected[1], `${what}, parallelogram`);
      };
      reference.layers.forEach((expected, i) => {
        const own = result.relations.filter(({ layer }) => layer === expected.layer);
        own.forEach((measured, r) => {
          const what = `${reference.relations[r]}, layer ${expected.layer}`;
          nearQuality(measured.before, expected.before[r]!, `${what}, before`);
          nearQuality(measured.after, expected.after[r]!, `${what}, after`);
          nearQuality(measured.heldOut.before, expected.heldOut.before[r]!, `${what}, held out before`);
          nearQuality(measured.heldOut.after, expected.heldOut.after[r]!, `${what}, held out after`);
          const [before, after] = expected.heldOut.transfer[r]!;
          near(measured.heldOut.transfer.before, before, `${what}, transfer before`, TRANSFER_TOLERANCE);
          near(measured.heldOut.transfer.after, after, `${what}, transfer after`, TRANSFER_TOLERANCE);
        });
        const silhouette = result.silhouette[i]!;
        near(silhouette.before, expected.silhouette[0], 'silhouette before');
        near(silhouette.after, expected.silhouette[1], 'silhouette after');
        near(silhouette.heldOut.before, expected.heldOut.silhouette[0], 'held-out silhouette before');
        near(silhouette.heldOut.after, expected.heldOut.silhouette[1], 'held-out silhouette after');
      });
    } finally {
      bench.remove();
    }
  },
);
