import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

const golden = join(import.meta.dirname, '../../../golden/sae');

/** Tiny SAEs that `test/golden/sae/make_sae.py` made, by folder. */
export const saes = join(golden, 'saes');
export const rowsFile = join(golden, 'x.npy');

/** What SAELens, or a formula, makes of the rows: dense, by folder. */
export const expected = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8')) as Record<
  string,
  { activations: number[]; reconstruction: number[] }
>;

/** A folder that is gone after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'brainlens-sae-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of a golden SAE with other fields in its `cfg.json`; `undefined` takes one away. */
export function changedConfig(sae: string, folder: string, fields: Record<string, unknown>): string {
  const path = join(folder, `${sae}-${Object.keys(fields).join('-')}-${Math.random().toString(36).slice(2)}`);
  cpSync(join(saes, sae), path, { recursive: true });
  const file = join(path, 'cfg.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...config, ...fields }));
  return path;
}

interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: readonly number[] | Float32Array;
}

/** Writes a safetensors file of float32. */
export function writeTensors(file: string, tensors: Readonly<Record<string, StoredTensor>>): void {
  mkdirSync(dirname(file), { recursive: true });
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, (end += 4 * values.length)] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const data = Object.values(tensors).map(({ values }) => Buffer.from(Float32Array.from(values).buffer));
  writeFileSync(file, Buffer.concat([length, text, ...data]));
}
