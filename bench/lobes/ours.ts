// Rows of our affinity matrices, for bench/lobes to hold against numpy's, bundled by run.mjs:
//   node ours.mjs FOLDER RESULT OUT      writes rows.i32 and one f32 [rows, kept] per matrix
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNpyFile } from '../../src/data/npy-file';
import { AFFINITIES, affinityMatrix } from '../../src/math/clustering/affinities';
import { angularMatrix } from '../../src/math/clustering/angular';
import type { SymmetricMatrix } from '../../src/math/clustering/symmetric';
import { triangleIndex } from '../../src/math/cooccurrence/cooccurrence';
import { Gemm } from '../../src/math/gemm';
import { Random } from '../../src/math/random';

const ROWS = 64;
const [folder, result, out] = process.argv.slice(2) as [string, string, string];
const square = await readNpyFile(join(result, 'cooccurrence.npy'));
const features = square.shape[0]!;
const counts = new Int32Array((features * (features + 1)) / 2);
for (let i = 0; i < features; i += 1) {
  for (let j = i; j < features; j += 1) counts[triangleIndex(i, j, features)] = Number(square.data[i * features + j]);
}
const blocks = (await readNpyFile(join(folder, 'firing.npy'))).shape[0]!;
const kept = Int32Array.from({ length: features }, (_, i) => i).filter(
  (i) => counts[triangleIndex(i, i, features)]! > 0,
);
const chosen = new Random(1).sample(kept.length, Math.min(ROWS, kept.length));
const decoder = await readNpyFile(join(folder, 'decoder.npy'));
const gemm = new Gemm();
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'rows.i32'), chosen);

async function write(name: string, matrix: SymmetricMatrix): Promise<void> {
  const rows = new Float32Array(chosen.length * matrix.size);
  for (const [at, row] of chosen.entries()) {
    await matrix.rows(row, row + 1, rows.subarray(at * matrix.size, (at + 1) * matrix.size));
  }
  writeFileSync(join(out, `${name}.f32`), rows);
}

for (const name of AFFINITIES) await write(name, affinityMatrix({ features, blocks, counts }, kept, name));
await write('angular', angularMatrix(decoder.data as Float32Array, decoder.shape[1]!, kept, gemm));
await gemm.dispose();
