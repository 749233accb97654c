import { expect, test } from 'vitest';
import type { FeatureActivations } from '../../../../src/data/sae/sae';
import { FiringMerge } from '../../../../src/analyses/sae/firing-merge';
import { FiringTally } from '../../../../src/analyses/sae/firing-tally';
import type { ReadFacts } from '../../../../src/analyses/sae/firing-tally';
import type { DocumentTokens } from '../../../../src/analyses/sae/token-groups';
import { Random } from '../../../../src/math/random';

const options = { features: 9, threshold: 2, blockTokens: 4, contextsPerFeature: 5, contextTokens: 2 };
const read = (): ReadFacts => ({ droppedTokens: 1, droppedDocuments: 2, cutDocuments: 3, longest: 4 });

interface Sequence {
  readonly tokens: DocumentTokens;
  readonly activations: FeatureActivations;
}

/** Documents of one or two sequences of whole blocks, with activations of few different values, so that there are ties. */
function sequencesOf(random: Random): Sequence[][] {
  let id = 0;
  return Array.from({ length: 23 }, (_, document) =>
    Array.from({ length: 1 + random.below(2) }, (__, part) => {
      const length = options.blockTokens * (1 + random.below(3));
      const ids = Int32Array.from({ length }, () => id++);
      const type = ['code', 'prose', 'figures'][random.below(3)]!;
      const tokens = {
        ids,
        first: 0,
        end: length,
        document,
        start: part * 100,
        type,
        source: `${document}`,
        cut: false,
      };
      const starts = new Int32Array(length + 1);
      const [features, values]: [number[], number[]] = [[], []];
      for (let row = 0; row < length; row += 1) {
        for (let feature = 0; feature < options.features; feature += 1) {
          if (random.uniform() < 0.6) continue;
          features.push(feature);
          values.push(1 + random.below(6) / 2);
        }
        starts[row + 1] = features.length;
      }
      return {
        tokens,
        activations: { starts, features: Int32Array.from(features), values: Float32Array.from(values) },
      };
    }),
  );
}

/** Everything that comes out of documents in pieces of so many. */
async function mergedBy(documents: readonly Sequence[][], most: number): Promise<unknown> {
  const written: number[] = [];
  const writer = { append: (entries: ArrayLike<number>) => Promise.resolve(void written.push(...Array.from(entries))) };
  const merge = new FiringMerge(options, writer);
  for (let from = 0; from < documents.length; from += most) {
    const tally = new FiringTally(options);
    for (const { tokens, activations } of documents.slice(from, from + most).flat())
      for (const row of tokens.ids.keys()) tally.add(tokens, tokens.ids, row, activations, row);
    await merge.add(tally.piece(read()));
  }
  const { contexts, tokenCounts, tokens, nearThreshold, sources } = merge;
  const { counts, values, documents: of, places, windows } = contexts;
  return {
    written,
    index: merge.index(),
    counts,
    values,
    of,
    places,
    windows,
    tokenCounts,
    tokens,
    nearThreshold,
    sources,
  };
}

test('documents in any pieces give the blocks, counts and top contexts of one piece, with ties', async () => {
  for (let round = 0; round < 5; round += 1) {
    const documents = sequencesOf(new Random(round, 'pieces'));
    const whole = await mergedBy(documents, documents.length);
    for (const most of [1, 2, 5, 11]) expect(await mergedBy(documents, most)).toEqual(whole);
  }
});

test('the top contexts are those of sorting all activations: two of a document at most, the earlier of equals', async () => {
  const documents = sequencesOf(new Random(3, 'sorted'));
  const merged = (await mergedBy(documents, 4)) as {
    of: Int32Array;
    places: Int32Array;
    values: Float32Array;
    windows: Int32Array;
  };
  const { perFeature, width } = { perFeature: options.contextsPerFeature, width: 2 * options.contextTokens + 1 };
  for (let feature = 0; feature < options.features; feature += 1) {
    const all = documents.flat().flatMap(({ tokens, activations }) =>
      [...tokens.ids.keys()].flatMap((row) => {
        const entries = activations.features.subarray(activations.starts[row], activations.starts[row + 1]);
        const at = entries.indexOf(feature);
        const value = activations.values[activations.starts[row]! + at]!;
        return at < 0 ? [] : [{ value, document: tokens.document, place: tokens.start + row, ids: tokens.ids, row }];
      }),
    );
    const taken: typeof all = [];
    for (const one of all.toSorted((a, b) => b.value - a.value)) {
      const same = taken.filter(({ document }) => document === one.document).length;
      if (taken.length < perFeature && same < 2) taken.push(one);
    }
    expect(taken).toHaveLength(perFeature);
    taken.forEach(({ value, document, place, ids, row }, i) => {
      const at = feature * perFeature + i;
      expect([merged.values[at], merged.of[at], merged.places[at]]).toEqual([value, document, place]);
      const around = Array.from({ length: width }, (_, j) => ids[row - options.contextTokens + j] ?? -1);
      expect([...merged.windows.subarray(at * width, (at + 1) * width)]).toEqual(around);
    });
  }
});

test('what was left out adds up, and the longest document is the longest of all', async () => {
  const merge = new FiringMerge(options, { append: () => Promise.resolve() });
  for (const longest of [3, 7, 5]) await merge.add(new FiringTally(options).piece({ ...read(), longest }));
  expect(merge.read).toEqual({ droppedTokens: 3, droppedDocuments: 6, cutDocuments: 9, longest: 7 });
});
