import type { AnalysisResult } from '../../shared/analysis';
import type { ChartFigure, Figure, Series, TableFigure } from '../../shared/figure';
import type { ScoreFields } from './compute';

const MOST_BINS = 40;

/** The histogram of surprisals, where there are some, and the table of stimuli. */
export function scoreFigures(result: AnalysisResult): Figure[] {
  return [...surprisalFigure(result), stimulusTable(result)];
}

/** One row per stimulus, in the order of the array. */
function stimulusTable(result: AnalysisResult): TableFigure {
  const { rows, texts, tokens, stimuli } = fieldsOf(result);
  const { data } = result.arrays['logprobs']!;
  return {
    kind: 'table',
    id: 'stimuli',
    title: 'Score of every stimulus',
    summary:
      (texts.length === stimuli
        ? `${stimuli === 1 ? '1 stimulus' : `${stimuli} stimuli`} in file order: `
        : `The first ${texts.length} of ${stimuli} stimuli in file order: `) +
      'natural-log probability of the tokens after the first, and exp(−log P / scored tokens).',
    columns: [
      { label: 'File', type: 'text' },
      { label: 'Row', type: 'number' },
      { label: 'Condition', type: 'text' },
      { label: 'Text', type: 'text' },
      { label: 'Tokens', type: 'number' },
      { label: 'log P', type: 'number', digits: 6 },
      { label: 'Perplexity', type: 'number', digits: 5 },
    ],
    rows: texts.map((text, i) => {
      const { file, row, condition } = rows.rows[i]!;
      const perplexity = Math.exp(-data[i]! / (tokens[i]! - 1));
      const name = rows.files[file]!.split(/[\\/]/).at(-1)!;
      return [
        name,
        row,
        condition ?? null,
        text,
        tokens[i]!,
        data[i]!,
        Number.isFinite(perplexity) ? perplexity : null,
      ];
    }),
  };
}

/** Histogram of each stimulus' mean surprisal per scored token, with the mean over all tokens. */
function surprisalFigure(result: AnalysisResult): ChartFigure[] {
  const { meanSurprisal, perplexity, stimuli } = fieldsOf(result);
  const surprisals = surprisalsOf(result);
  if (surprisals.length === 0) return [];
  const low = surprisals.reduce((least, value) => Math.min(least, value), Infinity);
  const high = surprisals.reduce((most, value) => Math.max(most, value), -Infinity);
  return [
    {
      kind: 'chart',
      id: 'surprisal',
      title: 'Surprisal per token',
      summary:
        `Mean surprisal of each of ${surprisals.length} stimuli, from ${low.toFixed(2)} to ${high.toFixed(2)} nats per token; ` +
        `over all tokens ${meanSurprisal.toFixed(3)} nats (perplexity ${perplexity.toPrecision(4)}).` +
        (surprisals.length < stimuli ? ' Stimuli of one token are left out.' : ''),
      x: { label: 'Mean surprisal (nats per token)', type: 'linear' },
      y: { label: 'Stimuli', type: 'linear' },
      series: [histogram(surprisals, low, high)],
      markers: [{ axis: 'x', value: meanSurprisal, label: 'mean over tokens' }],
    },
  ];
}

/** One line for a table row or a lens. */
export function scoreSummary(result: AnalysisResult): string {
  const { stimuli, scored, perplexity } = fieldsOf(result);
  const found = Number.isFinite(perplexity) ? `perplexity ${perplexity.toPrecision(4)}` : 'no token to score';
  return `${found} over ${scored} tokens of ${stimuli === 1 ? '1 stimulus' : `${stimuli} stimuli`}`;
}

/** −log P per scored token of every stimulus that has one. */
function surprisalsOf(result: AnalysisResult): number[] {
  const { tokens } = fieldsOf(result);
  const { data } = result.arrays['logprobs']!;
  return tokens.flatMap((count, i) => (count > 1 ? [-data[i]! / (count - 1)] : []));
}

/** Equal bins between the ends, about √n of them; one where all values are equal. */
function histogram(values: readonly number[], low: number, high: number): Series {
  const bins = high > low ? Math.min(MOST_BINS, Math.ceil(Math.sqrt(values.length))) : 1;
  const width = high > low ? (high - low) / bins : 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor((value - low) / width))]! += 1;
  const start = high > low ? low : low - width / 2;
  return {
    name: 'stimuli',
    mark: 'bar',
    role: 'selected',
    x: counts.map((_, i) => start + (i + 0.5) * width),
    y: counts,
    width,
  };
}

function fieldsOf(result: AnalysisResult): ScoreFields {
  return result.fields as unknown as ScoreFields;
}
