import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { hashes } from '../family-model';
import { golden } from '../support';

/** ONNX exports of tiny models with what PyTorch computes; `test/golden/onnx/make.py` makes both. */
const folder = join(import.meta.dirname, '../../../golden/onnx');

export const exportsThere: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => basename(file, '.json'))
  .sort();

export interface Fixture {
  readonly config: Readonly<Record<string, unknown>>;
  /** Where the graph lies in its model folder. */
  readonly file: string;
  readonly layers: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly sequences: readonly Int32Array[];
  /** f32 [layers, width], 1 keeps a unit. */
  readonly mask: Float32Array;
  /** f32 [sequences, 1 + layers, width], the embedding first. */
  readonly last: Float32Array;
  readonly mean: Float32Array;
  readonly score: readonly number[];
  readonly scoreAblated: readonly number[];
}

export function readFixture(name: string): Fixture {
  const stored = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Fixture & {
    readonly lengths: readonly number[];
  };
  const { layers, width, vocabulary } = stored;
  return {
    ...stored,
    sequences: stored.lengths.map((length) =>
      Int32Array.from(hashes(`ids/${length}`, length), (hash) => hash % vocabulary),
    ),
    mask: Float32Array.from(hashes('mask', layers * width), (hash) => (hash % 7 === 0 ? 0 : 1)),
    last: floats(String(stored.last)),
    mean: floats(String(stored.mean)),
  };
}

/** The bytes of an export's graph. */
export function graphOf(name: string): Buffer {
  return gunzipSync(readFileSync(join(folder, `${name}.onnx.gz`)));
}

/** Writes an export as a model folder with a tokenizer of 260 tokens. @returns its path */
export function writeExport(parent: string, name: string, { config, file }: Fixture, graph = graphOf(name)): string {
  const path = join(parent, name);
  mkdirSync(dirname(join(path, file)), { recursive: true });
  writeFileSync(join(path, 'config.json'), JSON.stringify(config));
  for (const part of ['tokenizer.json', 'tokenizer_config.json']) {
    copyFileSync(join(golden, 'gpt2', part), join(path, part));
  }
  writeFileSync(join(path, file), graph);
  if (readdirSync(folder).includes(`${name}.data.gz`)) {
    const data = gunzipSync(readFileSync(join(folder, `${name}.data.gz`)));
    writeFileSync(join(path, dirname(file), 'model.onnx_data'), data);
  }
  return path;
}

function floats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
