import { ElementType } from '../onnx-proto';
import type { PlainGraph } from './plain-graph';
import type { ExportValue } from './read-model';

const FLOATS: ReadonlySet<number> = new Set([ElementType.FLOAT, ElementType.FLOAT16, ElementType.BFLOAT16]);

/**
 * The floating-point type of a value, told by what it is computed from: a cast or a constant says so itself, any other
 * operator keeps the type of its first floating-point input.
 * @returns a TensorProto.DataType; float32 where nothing says another
 */
export function floatType(name: string, { nodes, tensors }: PlainGraph, inputs: readonly ExportValue[]): number {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const known = new Map<string, number | undefined>();
  for (const { name: value, type } of [...inputs, ...tensors]) known.set(value, FLOATS.has(type) ? type : undefined);

  const typeOf = (value: string): number | undefined => {
    if (known.has(value)) return known.get(value);
    // A value that a loop would lead back to says nothing.
    known.set(value, undefined);
    const node = producers.get(value);
    const told = node?.attributes.get('to')?.int ?? node?.attributes.get('value')?.tensorType;
    let type = told !== undefined && FLOATS.has(told) ? told : undefined;
    if (told === undefined && node !== undefined && node.op !== 'Shape' && node.op !== 'Size') {
      for (const input of node.inputs) type ??= typeOf(input);
    }
    known.set(value, type);
    return type;
  };
  return typeOf(name) ?? ElementType.FLOAT;
}
