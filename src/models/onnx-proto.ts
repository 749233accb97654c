import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/**
 * The part of ONNX's protobuf schema (onnx.proto3, IR version 11) that a block graph needs, as plain data and its
 * encoding. Field numbers are ONNX's.
 */
export const ElementType = { FLOAT: 1, INT32: 6, INT64: 7, FLOAT16: 10, BFLOAT16: 16 } as const;
export type ElementType = (typeof ElementType)[keyof typeof ElementType];

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string };

export interface NodeProto {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Bytes in a file (`location` is relative to the folder that the session is given), or little-endian bytes in place. */
export type TensorBytes =
  | { readonly kind: 'external'; readonly location: string; readonly offset: number; readonly length: number }
  | { readonly kind: 'raw'; readonly bytes: Uint8Array };

export interface TensorProto {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: TensorBytes;
}

/** A named dimension (`'batch'`) is free; a number is fixed. */
export interface ValueInfoProto {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}

export interface GraphProto {
  readonly name: string;
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
}

const IR_VERSION = 11;
const OPSET = 23;
const DATA_LOCATION_EXTERNAL = 1;

/** The bytes of an ONNX ModelProto (IR version 11, opset 23 of the default domain). */
export function encodeModel(graph: GraphProto): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(IR_VERSION);
  writer.tag(2, WireType.LengthDelimited).string('brainlens');
  message(writer, 7, () => writeGraph(writer, graph));
  message(writer, 8, () => {
    writer.tag(1, WireType.LengthDelimited).string('');
    writer.tag(2, WireType.Varint).int64(OPSET);
  });
  return writer.finish();
}

/** The bytes of one NodeProto. */
export function encodeNode(node: NodeProto): Uint8Array {
  const writer = new BinaryWriter();
  writeNode(writer, node);
  return writer.finish();
}

/** The bytes of one TensorProto. */
export function encodeTensor(tensor: TensorProto): Uint8Array {
  const writer = new BinaryWriter();
  writeTensor(writer, tensor);
  return writer.finish();
}

/** The bytes of one ValueInfoProto. */
export function encodeValueInfo(value: ValueInfoProto): Uint8Array {
  const writer = new BinaryWriter();
  writeValueInfo(writer, value);
  return writer.finish();
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function writeGraph(writer: BinaryWriter, graph: GraphProto): void {
  for (const node of graph.nodes) message(writer, 1, () => writeNode(writer, node));
  text(writer, 2, graph.name);
  for (const tensor of graph.initializers) message(writer, 5, () => writeTensor(writer, tensor));
  for (const input of graph.inputs) message(writer, 11, () => writeValueInfo(writer, input));
  for (const output of graph.outputs) message(writer, 12, () => writeValueInfo(writer, output));
}

function writeNode(writer: BinaryWriter, node: NodeProto): void {
  for (const input of node.inputs) text(writer, 1, input);
  for (const output of node.outputs) text(writer, 2, output);
  text(writer, 3, `${node.op}:${node.outputs[0] ?? ''}`);
  text(writer, 4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    message(writer, 5, () => writeAttribute(writer, name, attribute));
  }
}

function writeAttribute(writer: BinaryWriter, name: string, attribute: Attribute): void {
  text(writer, 1, name);
  switch (attribute.kind) {
    case 'float':
      writer.tag(2, WireType.Bit32).float(attribute.value);
      writer.tag(20, WireType.Varint).int32(1);
      break;
    case 'int':
      writer.tag(3, WireType.Varint).int64(attribute.value);
      writer.tag(20, WireType.Varint).int32(2);
      break;
    case 'string':
      text(writer, 4, attribute.value);
      writer.tag(20, WireType.Varint).int32(3);
      break;
  }
}

function writeTensor(writer: BinaryWriter, tensor: TensorProto): void {
  for (const dim of tensor.dims) writer.tag(1, WireType.Varint).int64(dim);
  writer.tag(2, WireType.Varint).int32(tensor.type);
  text(writer, 8, tensor.name);
  const { data } = tensor;
  if (data.kind === 'raw') {
    writer.tag(9, WireType.LengthDelimited).bytes(data.bytes);
    return;
  }
  const entries = { location: data.location, offset: String(data.offset), length: String(data.length) };
  for (const [key, value] of Object.entries(entries)) {
    message(writer, 13, () => {
      text(writer, 1, key);
      text(writer, 2, value);
    });
  }
  writer.tag(14, WireType.Varint).int32(DATA_LOCATION_EXTERNAL);
}

function writeValueInfo(writer: BinaryWriter, value: ValueInfoProto): void {
  text(writer, 1, value.name);
  message(writer, 2, () => {
    message(writer, 1, () => {
      writer.tag(1, WireType.Varint).int32(value.type);
      message(writer, 2, () => {
        for (const dim of value.dims) message(writer, 1, () => writeDimension(writer, dim));
      });
    });
  });
}

function writeDimension(writer: BinaryWriter, dim: number | string): void {
  if (typeof dim === 'number') writer.tag(1, WireType.Varint).int64(dim);
  else text(writer, 2, dim);
}
