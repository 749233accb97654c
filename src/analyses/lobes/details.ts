import { open } from 'node:fs/promises';
import type { PointDetails } from '../../shared/figure';
import { Cancelled } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import { percent } from '../../shared/words';
import type { AffinityLabelling, Labelling } from './clustering';
import { spread } from './kept';
import type { Kept } from './kept';
import { AFFINITY_TITLES } from './names';
import type { FeatureTexts, LobeSource } from './source';

/** Lines held before they are written: some hundredths of a second of decoding. */
const LINES = 64;
/** Time between two turns at which a run can be cancelled. */
const TURN_MS = 200;
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

/** Writes `features.jsonl`, some lines at a time: line i holds the `PointDetails` of feature i. @throws Cancelled */
export async function writeDetails(path: string, facts: FeatureFacts, signal: AbortSignal): Promise<void> {
  const { features } = facts.source;
  const lobes = lobesByName(facts);
  const file = await open(path, 'w');
  try {
    for (let from = 0; from < features; from += LINES) {
      if (signal.aborted) throw new Cancelled();
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
  const tokens = new Set<string>();
  for (const token of texts?.tokens(feature) ?? []) {
    if (token.trim() !== '') tokens.add(token.trim());
    if (tokens.size === TOKENS) break;
  }
  return [...tokens];
}

/** One line per feature: how often it fires, and its top tokens. */
export async function* hoverLines(
  { features, blocks, texts }: FeatureFacts['source'],
  counts: Int32Array,
): AsyncGenerator<Progress, string[]> {
  const lines: string[] = [];
  let turned = Date.now();
  for (let feature = 0; feature < features; feature += 1) {
    lines.push([percent(counts[feature]! / blocks), ...topTokens(texts, feature)].join(' · '));
    if (Date.now() - turned < TURN_MS) continue;
    turned = Date.now();
    yield { phase: 'Top tokens', done: feature + 1, total: features, unit: 'features' };
  }
  return lines;
}
