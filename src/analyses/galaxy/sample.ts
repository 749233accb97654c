import { openDocuments } from '../../data/documents/open';
import { Random } from '../../math/random';
import type { Transformer } from '../../models/transformer';
import { UserError } from '../../shared/errors';
import type { RunContext } from '../contract';
import type { ChosenTokens } from '../features/tokens';
import { tokenizedDocuments } from '../sae/token-groups';
import type { DocumentTokens } from '../sae/token-groups';

/** Tokens read for every token that is measured: neighbours in a text are not independent draws. */
const SPREAD = 4;

/**
 * A seeded sample of tokens of the documents: sequences are drawn until they hold four times as many, then tokens among
 * those. The first token of a sequence, whose activation many models make a sink of enormous norm, is never drawn.
 * @throws UserError where the documents hold fewer than 100 tokens
 */
export async function sampleTokens(
  { documents, tokens, textColumn }: { documents: readonly string[]; tokens: number; textColumn?: string | undefined },
  model: Transformer,
  context: RunContext,
): Promise<ChosenTokens> {
  const source = await openDocuments(documents, { textColumn });
  for (const file of source.files) context.recordInput(file, 'documents');
  const random = new Random(context.seed, 'galaxy/tokens');
  const lengths: number[] = [];
  for await (const { sequences } of tokenizedDocuments(source, model)) {
    lengths.push(...sequences.map(eligible));
  }
  const wanted = new Set<number>();
  let room = 0;
  for (const index of random.permutation(lengths.length)) {
    if (room >= SPREAD * tokens) break;
    if (lengths[index]! > 0) wanted.add(index);
    room += lengths[index]!;
  }
  if (room < LEAST_TOKENS) {
    throw new UserError(`The documents hold ${room} tokens to draw from`, `Give texts with ${LEAST_TOKENS} or more.`);
  }
  if (room < tokens)
    context.warn(`The documents hold ${room} tokens to draw from, fewer than --tokens ${tokens}: all are used.`);
  const drawn = random.sample(room, Math.min(tokens, room)).sort();
  return collect(tokenizedDocuments(source, model), wanted, drawn);
}

const LEAST_TOKENS = 100;

/** The second reading: the wanted sequences, and of their tokens, counted through, the drawn ones. */
async function collect(
  groups: ReturnType<typeof tokenizedDocuments>,
  wanted: ReadonlySet<number>,
  drawn: Int32Array,
): Promise<ChosenTokens> {
  const sequences: Int32Array[] = [];
  const positions: Int32Array[] = [];
  let [index, before, next] = [-1, 0, 0];
  for await (const group of groups) {
    for (const sequence of group.sequences) {
      index += 1;
      if (!wanted.has(index)) continue;
      const end = before + eligible(sequence);
      const first = next;
      while (next < drawn.length && drawn[next]! < end) next += 1;
      if (next > first) {
        sequences.push(sequence.ids);
        positions.push(drawn.slice(first, next).map((place) => place - before + firstEligible(sequence)));
      }
      before = end;
    }
  }
  return { sequences, positions };
}

function firstEligible({ first }: DocumentTokens): number {
  return Math.max(1, first);
}

function eligible(sequence: DocumentTokens): number {
  return Math.max(0, sequence.end - firstEligible(sequence));
}
