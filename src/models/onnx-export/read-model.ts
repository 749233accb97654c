import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** What of an attribute is needed: a number, an element type (of a constant), the graphs of a branch or a loop. */
export interface ExportAttribute {
  readonly int?: number;
  readonly float?: number;
  readonly tensorType?: number;
  readonly graph?: ExportGraph;
}

export interface ExportNode {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, ExportAttribute>;
  /** Names that graphs inside the node read, those from around it among them. */
  readonly inner: readonly string[];
  /** The NodeProto as it stands in the file. */
  readonly bytes: Uint8Array;
}

/** Where a tensor's bytes lie outside the model file; `length` is absent where they go to the file's end. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  readonly length: number | undefined;
}

export interface ExportTensor {
  readonly name: string;
  /** ONNX's TensorProto.DataType. */
  readonly type: number;
  readonly dims: readonly number[];
  readonly external: ExternalData | undefined;
  /** The elements as they stand in the file; absent where they lie elsewhere or are written one by one. */
  readonly raw: Uint8Array | undefined;
  /** The TensorProto as it stands in the file. */
  readonly bytes: Uint8Array;
}

export interface ExportValue {
  readonly name: string;
  /** Element type; 0 where it is none of a tensor's. */
  readonly type: number;
  /** A free dimension is a text, empty where it has no name. */
  readonly dims: readonly (number | string)[];
  readonly bytes: Uint8Array;
}

export interface ExportGraph {
  readonly nodes: readonly ExportNode[];
  readonly tensors: readonly ExportTensor[];
  readonly inputs: readonly ExportValue[];
  readonly outputs: readonly ExportValue[];
  /** Value infos, quantisation notes: fields with their tags, as they stand in the file. */
  readonly rest: readonly Uint8Array[];
}

export interface ExportModel {
  /** The whole file; what is read is views of it. */
  readonly bytes: Uint8Array;
  readonly irVersion: number;
  /** Version of the default operator set. */
  readonly opset: number;
  readonly graph: ExportGraph;
  /** All fields of the ModelProto but the graph, with their tags. */
  readonly rest: readonly Uint8Array[];
}

/**
 * Reads an ONNX ModelProto (onnx.proto3) as far as a graph can be told from it; bytes of weights are neither copied nor
 * looked at.
 * @throws Error where the bytes are no protobuf message
 */
export function readModel(bytes: Uint8Array): ExportModel {
  let irVersion = 0;
  let opset = 0;
  let graph: ExportGraph | undefined;
  const rest: Uint8Array[] = [];
  eachField(bytes, (field, reader, whole) => {
    if (field === 7) {
      graph = readGraph(reader.bytes());
      return;
    }
    if (field === 1) irVersion = Number(reader.int64());
    if (field === 8) {
      const { domain, version } = readOpset(reader.bytes());
      if (domain === '' || domain === 'ai.onnx') opset = version;
    }
    rest.push(whole());
  });
  if (graph === undefined) throw new Error('it holds no graph');
  return { bytes, irVersion, opset, graph, rest };
}

function readGraph(bytes: Uint8Array): ExportGraph {
  const nodes: ExportNode[] = [];
  const tensors: ExportTensor[] = [];
  const inputs: ExportValue[] = [];
  const outputs: ExportValue[] = [];
  const rest: Uint8Array[] = [];
  eachField(bytes, (field, reader, whole) => {
    if (field === 1) nodes.push(readNode(reader.bytes()));
    else if (field === 5) tensors.push(readTensor(reader.bytes()));
    else if (field === 11) inputs.push(readValue(reader.bytes()));
    else if (field === 12) outputs.push(readValue(reader.bytes()));
    else rest.push(whole());
  });
  return { nodes, tensors, inputs, outputs, rest };
}

function readNode(bytes: Uint8Array): ExportNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, ExportAttribute>();
  const inner: string[] = [];
  const texts = { op: '', domain: '', name: '' };
  eachField(bytes, (field, reader) => {
    if (field === 1) inputs.push(reader.string());
    else if (field === 2) outputs.push(reader.string());
    else if (field === 3) texts.name = reader.string();
    else if (field === 4) texts.op = reader.string();
    else if (field === 7) texts.domain = reader.string();
    else if (field === 5) {
      const { name, attribute, graphs } = readAttribute(reader.bytes());
      attributes.set(name, attribute);
      inner.push(...graphs.flatMap(namesRead));
    }
  });
  return { ...texts, inputs, outputs, attributes, inner, bytes };
}

function namesRead({ nodes, outputs }: ExportGraph): string[] {
  return [...nodes.flatMap(({ inputs, inner }) => [...inputs, ...inner]), ...outputs.map(({ name }) => name)];
}

function readAttribute(bytes: Uint8Array): {
  readonly name: string;
  readonly attribute: ExportAttribute;
  readonly graphs: readonly ExportGraph[];
} {
  let name = '';
  let attribute: ExportAttribute = {};
  const graphs: ExportGraph[] = [];
  eachField(bytes, (field, reader) => {
    if (field === 1) name = reader.string();
    else if (field === 2) attribute = { ...attribute, float: reader.float() };
    else if (field === 3) attribute = { ...attribute, int: Number(reader.int64()) };
    else if (field === 5) attribute = { ...attribute, tensorType: readTensor(reader.bytes()).type };
    else if (field === 6 || field === 11) {
      const graph = readGraph(reader.bytes());
      attribute = { ...attribute, graph };
      graphs.push(graph);
    }
  });
  return { name, attribute, graphs };
}

function readTensor(bytes: Uint8Array): ExportTensor {
  const dims: number[] = [];
  const external = new Map<string, string>();
  let type = 0;
  let name = '';
  let raw: Uint8Array | undefined;
  eachField(bytes, (field, reader, _, wire) => {
    if (field === 1 && wire === WireType.LengthDelimited) dims.push(...packed(reader.bytes()));
    else if (field === 1) dims.push(Number(reader.int64()));
    else if (field === 2) type = reader.int32();
    else if (field === 8) name = reader.string();
    else if (field === 9) raw = reader.bytes();
    else if (field === 13) {
      const [key, value] = readPair(reader.bytes());
      external.set(key, value);
    }
  });
  return { name, type, dims, external: externalOf(external), raw, bytes };
}

function packed(bytes: Uint8Array): number[] {
  const reader = new BinaryReader(bytes);
  const values: number[] = [];
  while (reader.pos < reader.len) values.push(Number(reader.int64()));
  return values;
}

function externalOf(entries: ReadonlyMap<string, string>): ExternalData | undefined {
  const location = entries.get('location');
  if (location === undefined) return undefined;
  const length = entries.get('length');
  return {
    location,
    offset: Number(entries.get('offset') ?? 0),
    length: length === undefined ? undefined : Number(length),
  };
}

function readPair(bytes: Uint8Array): [string, string] {
  const pair: [string, string] = ['', ''];
  eachField(bytes, (field, reader) => {
    if (field === 1 || field === 2) pair[field - 1] = reader.string();
  });
  return pair;
}

function readOpset(bytes: Uint8Array): { readonly domain: string; readonly version: number } {
  let domain = '';
  let version = 0;
  eachField(bytes, (field, reader) => {
    if (field === 1) domain = reader.string();
    else if (field === 2) version = Number(reader.int64());
  });
  return { domain, version };
}

function readValue(bytes: Uint8Array): ExportValue {
  let name = '';
  let type = 0;
  const dims: (number | string)[] = [];
  eachField(bytes, (field, reader) => {
    if (field === 1) name = reader.string();
    if (field !== 2) return;
    eachField(reader.bytes(), (kind, typeReader) => {
      if (kind !== 1) return;
      eachField(typeReader.bytes(), (part, tensorReader) => {
        if (part === 1) type = tensorReader.int32();
        if (part === 2) eachField(tensorReader.bytes(), (_, shape) => dims.push(readDimension(shape.bytes())));
      });
    });
  });
  return { name, type, dims, bytes };
}

function readDimension(bytes: Uint8Array): number | string {
  let dimension: number | string = '';
  eachField(bytes, (field, reader) => {
    if (field === 1) dimension = Number(reader.int64());
    else if (field === 2) dimension = reader.string();
  });
  return dimension;
}

type Take = (field: number, reader: BinaryReader, whole: () => Uint8Array, wire: WireType) => void;

/** Hands every field of a message to `take`, which may read it; `whole` is the field with its tag. */
function eachField(bytes: Uint8Array, take: Take): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [field, wire] = reader.tag();
    const from = reader.pos;
    reader.skip(wire, field);
    const end = reader.pos;
    reader.pos = from;
    take(field, reader, () => bytes.subarray(start, end), wire);
    reader.pos = end;
  }
}
