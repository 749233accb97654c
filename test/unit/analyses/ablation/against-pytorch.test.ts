import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ablationOf } from '../../../../src/analyses/ablation/masks';
import { planTask } from '../../../../src/analyses/ablation/plan';
import type { ItemScores, TaskPlan } from '../../../../src/analyses/ablation/plan';
import { tokenMeans } from '../../../../src/analyses/ablation/reference';
import { readNpyFile } from '../../../../src/data/npy-file';
import { readTask } from '../../../../src/data/tasks/read';
import { regionSurprisals, sentenceOf } from '../../../../src/data/tasks/sentence';
import type { SyntaxGymTask } from '../../../../src/data/tasks/syntaxgym';
import { openTransformer } from '../../../../src/models/open';
import { tokenStarts } from '../../../../src/models/token-starts';
import type { Ablation, TokenLogProbabilities, Transformer } from '../../../../src/models/transformer';
import { largestDifference, openOptions, resultOf } from '../../models/support';
import { folder, golden, model, taskFiles } from './support';

/** Float32 sums in another order than PyTorch's, summed over up to 180 tokens (see forward.test.ts: 1e-4 over 40). */
const TOLERANCE = 2e-4;
const signal = new AbortController().signal;
const KINDS = ['plain', 'zero', 'mean'] as const;

let transformer: Transformer;
let ablations: (Ablation | undefined)[];
let means: Float32Array;
beforeAll(async () => {
  transformer = await openTransformer(model, openOptions());
  const mask = (await readNpyFile(join(folder, 'mask.npy'))).data as Uint8Array;
  const file = await readTask(join(folder, 'reference.jsonl'));
  const texts = file.kind === 'text' ? file.items.map(({ text }) => text) : [];
  means = await resultOf(tokenMeans({ texts, files: [] }, transformer, signal));
  ablations = [undefined, ablationOf(mask), ablationOf(mask, means)];
});
afterAll(() => transformer.dispose());

/** One task's item scores under the three conditions, and the token log probabilities behind them. */
async function run(file: string): Promise<{ plan: TaskPlan; scores: ItemScores[]; values: TokenLogProbabilities }> {
  const plan = planTask(await readTask(file), transformer.tokenizer, transformer.description.context);
  const values = await resultOf(transformer.nextTokens(plan.sequences, ablations, { signal }));
  return { plan, values, scores: ablations.map((_, condition) => plan.judge(reader(values, condition))) };
}

function reader({ values, starts }: TokenLogProbabilities, condition: number): (i: number) => Float64Array {
  return (i) => values[condition]!.subarray(starts[i], starts[i + 1]);
}

describe('tasks under silenced and mean-filled units, against PyTorch hooks', () => {
  const [choices, pairs, suite, texts] = taskFiles as [string, string, string, string];

  test('a unit’s mean is taken over all tokens of the reference', () => {
    expect(largestDifference(means, golden.tokenMeans)).toBeLessThan(3e-5);
  });

  test('minimal pairs: the same sums and the same pairs right', async () => {
    const { scores, values } = await run(pairs);
    KINDS.forEach((kind, condition) => {
      const of = reader(values, condition);
      const sums = golden[kind].pairs.sums.flat().map((_, i) => of(i).reduce((sum, value) => sum + value, 0));
      expect(largestDifference(sums, golden[kind].pairs.sums.flat())).toBeLessThan(TOLERANCE);
      expect([...scores[condition]!.scores]).toEqual(golden[kind].pairs.right);
    });
  });

  test('multiple choice: the same answers right, summed and per token', async () => {
    const { scores } = await run(choices);
    KINDS.forEach((kind, condition) => {
      expect([...scores[condition]!.scores]).toEqual(golden[kind].choices.right);
      expect([...scores[condition]!.normalized!]).toEqual(golden[kind].choices.normalized);
    });
  });

  test('SyntaxGym: the same region sums and the same items met', async () => {
    const { scores, values, plan } = await run(suite);
    const task = (await readTask(suite)) as SyntaxGymTask;
    const sentences = task.items.flatMap((item) => item.conditions.map(sentenceOf));
    expect(plan.sequences).toHaveLength(sentences.length);
    KINDS.forEach((kind, condition) => {
      const of = reader(values, condition);
      const regions = sentences.flatMap((sentence, i) => {
        const surprisals = [NaN, ...Array.from(of(i), (value) => -value / Math.LN2)];
        return [...regionSurprisals(sentence, tokenStarts(transformer.tokenizer, sentence.text), surprisals)];
      });
      expect(largestDifference(regions, golden[kind].suite.regions.flat(2))).toBeLessThan(TOLERANCE);
      expect([...scores[condition]!.scores]).toEqual(golden[kind].suite.right);
    });
  });

  test('texts: the same loss, also in windows of a text beyond the context', async () => {
    const { scores } = await run(texts);
    KINDS.forEach((kind, condition) => {
      expect([...scores[condition]!.weights]).toEqual(golden[kind].texts.tokens);
      expect(largestDifference(scores[condition]!.scores, golden[kind].texts.losses)).toBeLessThan(TOLERANCE);
    });
  });
});
