import { UserError } from '../../shared/errors';
import { ElementType } from '../onnx-proto';
import type { Feed } from '../runtime';
import type { ExportValue } from './read-model';
import { IDS } from './stream';

/** Sequences of one length, without padding and without a past. */
export interface Tokens {
  readonly sequences: readonly Int32Array[];
  readonly length: number;
}

/**
 * Feeds an export's own inputs: the ids; an attention mask of ones; positions from 0; an empty past; all logits kept.
 * @param path the export's path, for messages
 * @throws UserError for an input that is none of these, or that does not take any length
 */
export function exportFeeds(inputs: readonly ExportValue[], tokens: Tokens, path: string): Record<string, Feed> {
  return Object.fromEntries(inputs.map((input) => [input.name, feedOf(input, tokens, path)]));
}

/** The largest batch that the graph takes. */
export function batchLimit(inputs: readonly ExportValue[]): number {
  const first = inputs.find(({ name }) => name === IDS)?.dims[0];
  return typeof first === 'number' && first > 0 ? 1 : Infinity;
}

function feedOf(input: ExportValue, { sequences, length }: Tokens, path: string): Feed {
  const dims = [sequences.length, length];
  const perToken = (value: (sequence: Int32Array, i: number) => number): Feed => {
    const [batch, size] = input.dims;
    if (input.dims.length !== 2 || (typeof size === 'number' && size !== length) || (Number(batch) || 1) !== 1) {
      throw refused(input, path);
    }
    const flat = sequences.flatMap((ids) => Array.from({ length }, (_, i) => value(ids, i)));
    return integers(input, flat, dims, path);
  };
  if (input.name === IDS) return perToken((ids, i) => ids[i]!);
  if (input.name === 'attention_mask') return perToken(() => 1);
  if (input.name === 'position_ids') return perToken((_, i) => i);
  if (input.name === 'token_type_ids') return perToken(() => 0);
  if (/^(num_)?logits_to_keep$/.test(input.name)) {
    return integers(input, [length], input.dims.length === 0 ? [] : [1], path);
  }
  return emptyPast(input, sequences.length, path);
}

function integers(input: ExportValue, values: readonly number[], dims: readonly number[], path: string): Feed {
  if (input.type === ElementType.INT64) return { data: BigInt64Array.from(values, BigInt), dims };
  if (input.type === ElementType.INT32) return { data: Int32Array.from(values), dims };
  throw refused(input, path);
}

/** Keys and values of no token: of the dimensions that are free, the first is the batch, the other is the past’s length. */
function emptyPast(input: ExportValue, batch: number, path: string): Feed {
  const free = input.dims.flatMap((dim, i) => (typeof dim === 'string' ? [i] : []));
  if (!/past|cache/.test(input.name) || free.length !== 2 || free[0] !== 0) throw refused(input, path);
  const dims = input.dims.map((dim, i) => (typeof dim === 'number' ? dim : i === 0 ? batch : 0));
  if (input.type === ElementType.FLOAT) return { data: new Float32Array(0), dims };
  if (input.type === ElementType.FLOAT16) return { data: new Uint16Array(0), dims };
  throw refused(input, path);
}

function refused({ name, dims }: ExportValue, path: string): UserError {
  return new UserError(
    `${path}: the graph’s input ${name} [${dims.join(', ')}] is not known how to be fed`,
    `Known: ${IDS}, attention_mask, position_ids, token_type_ids of [batch, length], logits_to_keep, past keys and values. ` +
      'Export the model again with Optimum (task text-generation-with-past), or use its safetensors weights.',
  );
}
