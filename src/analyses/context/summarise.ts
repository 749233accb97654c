import { intervalOf } from '../../math/bootstrap';
import type { AnalysisResult, NdArray } from '../../shared/analysis';
import { fieldsOf as alignmentFields } from '../alignment/result';
import type { AlignmentFields } from '../alignment/result';
import { largest } from '../alignment/aggregate';
import type { LengthScores } from './kept';
import { SHARED } from './result';
import type { ContextFields, Gain, LayerReach, LengthRow, SharedFields, UnitReach } from './result';
import type { SharedWindows } from './sharing';
import type { ContextLength } from './spec';

/** Share of the largest score from which on a curve counts as flat: that of the layers used (definitions, Hierarchy). */
const PLATEAU = 0.95;

/** Everything that was measured, the alignments in the order of the lengths. */
export interface Measured {
  readonly lengths: readonly ContextLength[];
  readonly scores: readonly LengthScores[];
  readonly wholeWords: readonly number[];
  readonly words: number;
  readonly windows: SharedWindows;
  readonly estimatedSeconds: number;
}

/** Joins the alignments of all lengths: arrays get a first axis of lengths. */
export function contextResult(measured: Measured): AnalysisResult {
  const { lengths, scores, wholeWords, words, windows, estimatedSeconds } = measured;
  const alignments = scores.map(({ result }) => alignmentFields(result));
  const first = alignments[0]!;
  const byLength = alignments.map(({ layers, best, p }, l): LengthRow => ({
    length: lengths[l]!,
    wholeWords: wholeWords[l]!,
    layers,
    gains: gainsOf(scores[l]!, scores[0]!),
    best,
    p,
  }));
  const best = byLength[Math.max(0, largest(byLength.map((row) => row.best.score)))]!;
  const arrays = joined(scores);
  const fields: ContextFields = {
    ...sharedOf(first),
    lengths,
    words,
    byLength,
    byLayer: first.layers.map((_, i) => layerReach(byLength, i)),
    best: { length: best.length, ...best.best },
    units: first.units.map((_, u) => unitReach(alignments, lengths, u)),
    sharing: {
      windows: windows.windows,
      windowTokens: windows.tokens,
      sequences: windows.sequences.length,
      tokens: windows.sequences.reduce((sum, ids) => sum + ids.length, 0),
    },
    estimatedSeconds,
  };
  return { fields: { ...fields }, arrays };
}

/** Layer by layer the scores of one length over those of another. */
function gainsOf({ result }: LengthScores, { result: least }: LengthScores): Gain[] {
  const [more, less] = [result, least].map((one) => one.arrays['resampled']?.data ?? new Float64Array());
  const [rows, before] = [alignmentFields(result).layers, alignmentFields(least).layers];
  const draws = more!.length / rows.length;
  return rows.map(({ score }, i) => {
    const differences = Float64Array.from({ length: draws }, (_, b) => more![i * draws + b]! - less![i * draws + b]!);
    return { score: score - before[i]!.score, interval: intervalOf(differences) };
  });
}

function sharedOf(fields: AlignmentFields): SharedFields {
  const entries = SHARED.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]);
  return Object.fromEntries(entries) as SharedFields;
}

function layerReach(byLength: readonly LengthRow[], i: number): LayerReach {
  const scores = byLength.map(({ layers }) => layers[i]!.score);
  const at = largest(scores);
  const { layer, depth } = byLength[0]!.layers[i]!;
  const top = scores[at] ?? NaN;
  const flat = top > 0 ? scores.findIndex((score) => score >= PLATEAU * top) : -1;
  return {
    layer,
    depth,
    bestLength: byLength[at]?.length ?? null,
    score: top,
    plateau: byLength[flat]?.length ?? null,
  };
}

function unitReach(alignments: readonly AlignmentFields[], lengths: readonly ContextLength[], u: number): UnitReach {
  const at = largest(alignments.map(({ units }) => units[u]!.score));
  const { id, subject, summary, lag, labels, bestLayer, score } = alignments[Math.max(0, at)]!.units[u]!;
  const length = lengths[at] ?? null;
  return { id, subject, summary, ...(lag !== undefined && { lag }), bestLength: length, bestLayer, score, labels };
}

/** `scores`, `foldScores` and, with nuisance, `unique` of all lengths. */
function joined(scores: readonly LengthScores[]): Record<string, NdArray> {
  const out: Record<string, NdArray> = {};
  for (const name of ['scores', 'foldScores', 'unique']) {
    const parts = scores.map(({ result }) => result.arrays[name]).filter((array) => array !== undefined);
    if (parts.length === 0) continue;
    const data = new Float64Array(parts.reduce((sum, part) => sum + part.data.length, 0));
    parts.forEach((part, l) => data.set(part.data, l * part.data.length));
    out[name] = { data, shape: [parts.length, ...parts[0]!.shape] };
  }
  return out;
}
