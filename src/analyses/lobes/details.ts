import { open } from 'node:fs/promises';
import type { PointDetails } from '../../shared/figure';
import { percent } from '../../shared/words';
import type { AffinityLabelling, Labelling } from './clustering';
import { spread } from './kept';
import type { Kept } from './kept';
import { AFFINITY_TITLES } from './names';
import type { FeatureTexts, LobeSource } from './source';

/** Lines held before they are written. */
const LINES = 512;
/** Tokens that stand for a feature in a line. */
const TOKENS = 3;

/** What is known of every feature, for its line in `features.jsonl`. */
export interface FeatureFacts {
  readonly source: Pick<LobeSource, 'features' | 'blocks' | 'texts'>;
  readonly kept: Kept;
  readonly counts: Int32Array;
  readonly labellings: readonly AffinityLabelling[];
  readonly geometry: readonly Labelling[];
}

/** Writes `features.jsonl`: line i holds the `PointDetails` of feature i. */
export async function writeDetails(path: string, facts: FeatureFacts): Promise<void> {
  const { features } = facts.source;
  const lobes = lobesByName(facts);
  const file = await open(path, 'w');
  try {
    for (let from = 0; from < features; from += LINES) {
      const lines = Array.from({ length: Math.min(LINES, features - from) }, (_, i) =>
        JSON.stringify(detailsOf(from + i, facts, lobes)),
      );
      await file.writeFile(`${lines.join('\n')}\n`);
    }
  } finally {
    await file.close();
  }
}

function lobesByName({ labellings, geometry, kept, source }: FeatureFacts): [name: string, labels: Int32Array][] {
  const all = (labels: Int32Array): Int32Array => spread(labels, kept.features, source.features);
  const several = geometry.length > 1;
  const named = (name: string, lobes: number): string => (several ? `${name}, ${lobes} lobes` : name);
  return [
    ...labellings.map(({ affinity, lobes, labels }): [string, Int32Array] => [
      named(`lobe by ${AFFINITY_TITLES[affinity]}`, lobes),
      all(labels),
    ]),
    ...geometry.map(({ lobes, labels }): [string, Int32Array] => [named('lobe by geometry', lobes), all(labels)]),
  ];
}

function detailsOf(
  feature: number,
  { source, counts }: FeatureFacts,
  lobes: readonly [name: string, labels: Int32Array][],
): PointDetails {
  const { texts, blocks } = source;
  const fired = counts[feature]!;
  const facts = [
    ['fires in', `${percent(fired / blocks)} of blocks (${fired} of ${blocks})`],
    ...(texts === undefined ? [] : [['fires on', `${percent(texts.tokenRates[feature]!)} of tokens`]]),
    ...lobes.map(([name, labels]) => [name, labels[feature] === -1 ? 'left out' : String(labels[feature]! + 1)]),
  ];
  return {
    title: `Feature ${feature}`,
    facts: Object.fromEntries(facts) as Record<string, string>,
    contexts: (texts?.contexts(feature) ?? []).map((one) => ({ ...one, value: Number(one.value.toPrecision(4)) })),
  };
}

/** The tokens on which a feature fires most strongly, each once. */
export function topTokens(texts: FeatureTexts | undefined, feature: number): string[] {
  const tokens = (texts?.contexts(feature) ?? []).map(({ token }) => token.trim()).filter((token) => token !== '');
  return [...new Set(tokens)].slice(0, TOKENS);
}

/** One line per feature: its top tokens and how often it fires. */
export function hoverLines({ features, blocks, texts }: FeatureFacts['source'], counts: Int32Array): string[] {
  return Array.from({ length: features }, (_, feature) =>
    [percent(counts[feature]! / blocks), ...topTokens(texts, feature)].join(' · '),
  );
}
