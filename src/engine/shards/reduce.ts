import { readShardState } from './marks';

/**
 * What a person must know before the pieces of shards are merged: processors of several kinds may round differently.
 * @param out the result folder
 */
export async function warningsOfShards(out: string): Promise<string[]> {
  const states = await readShardState(out);
  const kinds = [...new Set(states.flatMap(({ mark }) => (mark === undefined || mark.pieces === 0 ? [] : [mark.cpu])))];
  if (kinds.length < 2) return [];
  return [
    `Shards ran on processors of ${kinds.length} kinds (${kinds.join('; ')}): numbers can differ in the last digits from those of one kind, and counts where an activation lies at the threshold.`,
  ];
}
