import { dirname, join, parse, relative, sep } from 'node:path';
import { UserError } from '../shared/errors';
import type { StoredType, TensorEntry } from './checkpoint';
import { ElementType, encodeModel } from './onnx-proto';
import type { Attribute, NodeProto, TensorProto, ValueInfoProto } from './onnx-proto';

/** A tensor that flows through a graph. */
export interface Value {
  readonly id: string;
}

/** An encoded ONNX model and the folder that its external weights are relative to. */
export interface EncodedGraph {
  readonly bytes: Uint8Array;
  readonly folder: string;
}

export type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const string = (value: string): Attribute => ({ kind: 'string', value });

const elementOf: Record<StoredType, ElementType> = {
  F32: ElementType.FLOAT,
  F16: ElementType.FLOAT16,
  BF16: ElementType.BFLOAT16,
};

const bytesOf: Record<StoredType, number> = { F32: 4, F16: 2, BF16: 2 };

interface StoredTensor {
  readonly id: string;
  readonly entry: TensorEntry;
  readonly dims: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/**
 * Builds one ONNX graph (opset 23) node by node. Weights are external data that point into the person's own files;
 * every value is float32 unless an operator says otherwise (stored bf16/f16 passes a `Cast`).
 */
export class Graph {
  private readonly nodes: NodeProto[] = [];
  private readonly raw: TensorProto[] = [];
  private readonly stored = new Map<string, StoredTensor>();
  private readonly widened = new Map<string, Value>();
  private readonly inputs: ValueInfoProto[] = [];
  private readonly outputs: ValueInfoProto[] = [];
  private values = 0;

  constructor(private readonly name: string) {}

  /** Declares a graph input; a named dimension is free. */
  input(name: string, type: ElementType, dims: readonly (number | string)[]): Value {
    this.inputs.push({ name, type, dims });
    return { id: name };
  }

  /** Declares `value` as the float32 graph output `name`. */
  output(name: string, value: Value, dims: readonly (number | string)[]): void {
    this.nodes.push({ op: 'Identity', inputs: [value.id], outputs: [name], attributes: {} });
    this.outputs.push({ name, type: ElementType.FLOAT, dims });
  }

  /** Adds an operator with one output. */
  node(op: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.split(op, inputs, 1, attributes)[0]!;
  }

  /** Adds an operator with `outputs` outputs. */
  split(op: string, inputs: readonly Value[], outputs: number, attributes: Attributes = {}): Value[] {
    const results = Array.from({ length: outputs }, () => this.fresh());
    this.nodes.push({
      op,
      inputs: inputs.map((value) => value.id),
      outputs: results.map((value) => value.id),
      attributes,
    });
    return results;
  }

  /** A small int64 vector in the graph itself: a shape, an axis. */
  integers(values: readonly number[]): Value {
    const bytes = new Uint8Array(new BigInt64Array(values.map((value) => BigInt(value))).buffer);
    return this.inPlace(ElementType.INT64, [values.length], bytes);
  }

  /** An int64 scalar. */
  integer(value: number): Value {
    return this.inPlace(ElementType.INT64, [], new Uint8Array(BigInt64Array.of(BigInt(value)).buffer));
  }

  /** A float32 scalar. */
  float(value: number): Value {
    return this.inPlace(ElementType.FLOAT, [], new Uint8Array(Float32Array.of(value).buffer));
  }

  /** Float32 constants in the graph itself: frequencies, slopes. */
  floats(values: ArrayLike<number>, dims: readonly number[]): Value {
    return this.inPlace(ElementType.FLOAT, dims, new Uint8Array(Float32Array.from(values).buffer));
  }

  /**
   * A stored tensor in its stored type, or rows `rows[0]`…`rows[1] − 1` of it (its first axis): the bytes are read in
   * place from its file.
   */
  weight(entry: TensorEntry, rows?: readonly [number, number]): Value {
    const [from, to] = rows ?? [0, entry.shape[0] ?? 1];
    const id = rows === undefined ? entry.name : `${entry.name}[${from}:${to}]`;
    const rowBytes = entry.shape.slice(1).reduce((product, dim) => product * dim, bytesOf[entry.dtype]);
    const dims = entry.shape.length === 0 ? [] : [to - from, ...entry.shape.slice(1)];
    this.stored.set(id, { id, entry, dims, offset: entry.offset + from * rowBytes, length: (to - from) * rowBytes });
    return { id };
  }

  /** `weight`, widened to float32 where it is stored narrower. */
  weight32(entry: TensorEntry, rows?: readonly [number, number]): Value {
    const value = this.weight(entry, rows);
    if (entry.dtype === 'F32') return value;
    const known = this.widened.get(value.id);
    if (known !== undefined) return known;
    const wide = this.widen(value);
    this.widened.set(value.id, wide);
    return wide;
  }

  /** A cast to float32. */
  widen(value: Value): Value {
    return this.node('Cast', [value], { to: int(ElementType.FLOAT) });
  }

  /** The encoded model; weights are addressed relative to the deepest folder that holds all their files. */
  encode(): EncodedGraph {
    const tensors = [...this.stored.values()];
    const folder = commonFolder(tensors.map(({ entry }) => entry.file));
    const external = tensors.map(({ id, entry, dims, offset, length }): TensorProto => ({
      name: id,
      type: elementOf[entry.dtype],
      dims,
      data: { kind: 'external', location: relative(folder, entry.file).split(sep).join('/'), offset, length },
    }));
    const { name, nodes, inputs, outputs } = this;
    return { bytes: encodeModel({ name, nodes, inputs, outputs, initializers: [...this.raw, ...external] }), folder };
  }

  private inPlace(type: ElementType, dims: readonly number[], bytes: Uint8Array): Value {
    const value = this.fresh();
    this.raw.push({ name: value.id, type, dims, data: { kind: 'raw', bytes } });
    return value;
  }

  private fresh(): Value {
    this.values += 1;
    return { id: `v${this.values}` };
  }
}

/** ONNX Runtime takes one folder for external data and refuses links out of it: the deepest one above all real paths. */
export function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0] ?? sep);
  for (const file of files) {
    while (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
      if (folder === parse(folder).root) {
        throw new UserError(`The weights lie on different drives (${files[0]} and ${file})`, 'Put them on one drive.');
      }
      folder = join(folder, '..');
    }
  }
  return folder;
}
