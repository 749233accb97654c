import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Element types in ONNX's numbering. */
export const ElementType = { float32: 1, float64: 11, uint8: 2, int8: 3, int32: 6 } as const;
/** What algebra is done in; the integers are inputs and outputs of exact products. */
export type Element = 'float32' | 'float64';
type PortElement = keyof typeof ElementType;

/** A value in a graph of linear algebra. */
export interface Value {
  readonly id: string;
}

type Attribute = number | readonly number[] | { readonly float: number };

interface Port {
  readonly name: string;
  readonly rank: number;
  readonly element: PortElement;
}

const IR_VERSION = 11;
const OPSET = 23;

/**
 * Builds a small ONNX graph (opset 23) in which inputs and outputs have free dimensions and, unless they say otherwise, one
 * element type: the algebra that ONNX Runtime does for us. Field numbers are those of onnx.proto3.
 */
export class AlgebraGraph {
  private readonly writer = new BinaryWriter();
  private readonly outputs: Port[] = [];
  private readonly renamed = new Map<string, string>();
  private readonly inputs: Port[] = [];
  private readonly integers: { readonly id: string; readonly values: readonly number[] }[] = [];
  private readonly nodes: {
    op: string;
    inputs: readonly string[];
    outputs: readonly string[];
    attributes: Readonly<Record<string, Attribute>>;
  }[] = [];
  private count = 0;

  constructor(private readonly element: Element) {}

  input(name: string, rank: number, element: PortElement = this.element): Value {
    this.inputs.push({ name, rank, element });
    return { id: name };
  }

  /** Declares what an operator makes as the output `name`: the operator writes it, so that nothing is copied. */
  output(name: string, { id }: Value, rank: number, element: PortElement = this.element): void {
    this.outputs.push({ name, rank, element });
    this.renamed.set(id, name);
  }

  /** An operator with one output; attributes: integers, lists of integers, `{ float }`. */
  node(op: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    this.count += 1;
    const output = `v${this.count}`;
    this.nodes.push({ op, inputs: inputs.map(({ id }) => id), outputs: [output], attributes });
    return { id: output };
  }

  /** The `count` smallest of every row of a float32 matrix and, as float32 too, their columns; in no order. */
  smallest(matrix: Value, count: number): { readonly values: Value; readonly columns: Value } {
    const [values, columns] = [{ id: `v${this.count + 1}` }, { id: `v${this.count + 2}` }];
    this.count += 2;
    const inputs = [matrix.id, this.constant(count).id];
    this.nodes.push({ op: 'TopK', inputs, outputs: [values.id, columns.id], attributes: { largest: 0, sorted: 0 } });
    return { values, columns: this.node('Cast', [columns], { to: ElementType.float32 }) };
  }

  /** An int64 vector in the graph itself: axes, starts, ends. */
  constant(...values: number[]): Value {
    this.count += 1;
    const id = `c${this.count}`;
    this.integers.push({ id, values });
    return { id };
  }

  /** `value` with its last two of `rank` axes exchanged. */
  transpose(value: Value, rank: number): Value {
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    return this.node('Transpose', [value], { perm: [...axes.slice(0, -2), rank - 1, rank - 2] });
  }

  /** Elements `from` … `to` − 1 of one axis. */
  slice(value: Value, axis: number, from: number, to: number): Value {
    return this.node('Slice', [value, this.constant(from), this.constant(to), this.constant(axis)]);
  }

  /** The bytes of the ModelProto. */
  encode(): Uint8Array {
    this.writer.tag(1, WireType.Varint).int64(IR_VERSION);
    this.message(7, () => {
      this.graph();
    });
    this.message(8, () => {
      this.text(1, '');
      this.writer.tag(2, WireType.Varint).int64(OPSET);
    });
    return this.writer.finish();
  }

  private graph(): void {
    for (const { op, inputs, outputs, attributes } of this.nodes) {
      this.message(1, () => {
        for (const input of inputs) this.text(1, this.renamed.get(input) ?? input);
        for (const output of outputs) this.text(2, this.renamed.get(output) ?? output);
        this.text(4, op);
        for (const [name, value] of Object.entries(attributes)) this.attribute(name, value);
      });
    }
    this.text(2, 'algebra');
    for (const { id, values } of this.integers) {
      this.message(5, () => {
        this.writer.tag(1, WireType.Varint).int64(values.length);
        this.writer.tag(2, WireType.Varint).int32(7);
        this.text(8, id);
        const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
        this.writer.tag(9, WireType.LengthDelimited).bytes(bytes);
      });
    }
    for (const port of this.inputs) this.port(11, port);
    for (const port of this.outputs) this.port(12, port);
  }

  private attribute(name: string, value: Attribute): void {
    this.message(5, () => {
      this.text(1, name);
      if (typeof value === 'number') {
        this.writer.tag(3, WireType.Varint).int64(value).tag(20, WireType.Varint).int32(2);
      } else if ('float' in value) {
        this.writer.tag(2, WireType.Bit32).float(value.float).tag(20, WireType.Varint).int32(1);
      } else {
        for (const item of value) this.writer.tag(8, WireType.Varint).int64(item);
        this.writer.tag(20, WireType.Varint).int32(7);
      }
    });
  }

  private port(field: number, { name, rank, element }: Port): void {
    this.message(field, () => {
      this.text(1, name);
      this.message(2, () => {
        this.message(1, () => {
          this.writer.tag(1, WireType.Varint).int32(ElementType[element]);
          this.message(2, () => {
            for (let axis = 0; axis < rank; axis++) {
              this.message(1, () => {
                this.text(2, `${name}${axis}`);
              });
            }
          });
        });
      });
    });
  }

  private message(field: number, write: () => void): void {
    this.writer.tag(field, WireType.LengthDelimited).fork();
    write();
    this.writer.join();
  }

  private text(field: number, value: string): void {
    this.writer.tag(field, WireType.LengthDelimited).string(value);
  }
}
