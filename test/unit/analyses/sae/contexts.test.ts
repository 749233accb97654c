import { expect, test } from 'vitest';
import { ContextHeap } from '../../../../src/analyses/sae/contexts';
import { Random } from '../../../../src/math/random';

test('keeps what sorting everything would keep, two of a document at most, the earlier of equals', () => {
  const random = new Random(3);
  const ids = Int32Array.from({ length: 12 }, (_, i) => 100 + i);
  for (let round = 0; round < 40; round += 1) {
    const heap = new ContextHeap(1, 4, 2);
    const all: { value: number; document: number; place: number }[] = [];
    for (let document = 0; document < 6; document += 1) {
      for (let place = 0; place < 12; place += 1) {
        // Few different values, so that there are ties.
        const value = 1 + Math.floor(random.uniform() * 9);
        heap.offer(0, value, { document, place, ids, index: place });
        all.push({ value, document, place });
      }
    }
    const taken: typeof all = [];
    for (const token of all.toSorted((a, b) => b.value - a.value || a.document - b.document || a.place - b.place)) {
      if (taken.length < 4 && taken.filter(({ document }) => document === token.document).length < 2) taken.push(token);
    }
    const kept = taken.map((_, i) => ({
      value: heap.values[i],
      document: heap.documents[i],
      place: heap.places[i],
    }));
    expect(kept).toEqual(taken);
    const { place } = taken[0]!;
    const window = Array.from({ length: 5 }, (_, i) => ids[place - 2 + i] ?? -1);
    expect([...heap.windows.subarray(0, 5)]).toEqual(window);
  }
});
