import type { FiringBlocks } from '../../data/sae/firing';
import type { FiringPart } from '../../math/cooccurrence/cooccurrence';
import type { Random } from '../../math/random';

/**
 * Which documents are held out: of every type its share, drawn at random; what rounding leaves is carried to the next
 * type, so that many small types keep the share as well.
 * @param documentTypes i32 [documents], indices of types
 * @returns u8 [documents]: 1 = held out
 */
export function heldOutDocuments(documentTypes: Int32Array, types: number, share: number, random: Random): Uint8Array {
  const heldOut = new Uint8Array(documentTypes.length);
  let owed = 0;
  for (let type = 0; type < types; type += 1) {
    const members = Int32Array.from(documentTypes.keys()).filter((document) => documentTypes[document] === type);
    owed += share * members.length;
    const count = Math.min(members.length, Math.floor(owed + 1e-9));
    owed -= count;
    for (const i of random.sample(members.length, count)) heldOut[members[i]!] = 1;
  }
  return heldOut;
}

/** The blocks of a firing pass whose document is held out, or is not; blocks are numbered anew from 0. */
export async function* blocksWhere(
  firing: FiringBlocks,
  heldOut: Uint8Array,
  which: 0 | 1,
): AsyncGenerator<FiringPart> {
  let first = 0;
  for await (const part of firing.read()) {
    const wanted = chosenBlocks(part, (block) => heldOut[firing.documents[block]!] === which);
    if (wanted.starts.length === 1) continue;
    yield { first, ...wanted };
    first += wanted.starts.length - 1;
  }
}

function chosenBlocks(
  { first, starts, features }: FiringPart,
  isWanted: (block: number) => boolean,
): Pick<FiringPart, 'starts' | 'features'> {
  const blocks = Array.from({ length: starts.length - 1 }, (_, i) => i).filter((i) => isWanted(first + i));
  const chosenStarts = new Int32Array(blocks.length + 1);
  blocks.forEach((b, i) => (chosenStarts[i + 1] = chosenStarts[i]! + starts[b + 1]! - starts[b]!));
  const chosen = new Int32Array(chosenStarts[blocks.length]!);
  blocks.forEach((b, i) => {
    chosen.set(features.subarray(starts[b], starts[b + 1]), chosenStarts[i]);
  });
  return { starts: chosenStarts, features: chosen };
}
