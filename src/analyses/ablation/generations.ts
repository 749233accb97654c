import { readTask } from '../../data/tasks/read';
import { generate } from '../../models/generate';
import type { Transformer } from '../../models/transformer';
import type { TableFigure } from '../../shared/figure';
import type { Progress } from '../../shared/progress';
import type { ControlKind } from '../../math/units/controls';
import type { RunContext } from '../contract';
import { ablationOf, mainSweep } from './masks';
import type { Condition, Study } from './masks';

/** How a prompt was continued. */
export interface GenerationSample {
  readonly prompt: string;
  readonly condition: 'intact' | 'selected' | ControlKind;
  /** Drawn at temperature 0.7; otherwise always the likeliest token. */
  readonly sampled: boolean;
  readonly text: string;
}

export interface SampleInput {
  readonly transformer: Transformer;
  readonly study: Study;
  /** Means for mean ablation, f32 [layers, width]. */
  readonly fill?: Float32Array;
  /** Number of built-in prompts; 0: none. */
  readonly prompts: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

const PROMPTS = 'prompts.txt';
const TOKENS = 20;
/** As the published code samples. */
const TEMPERATURE = 0.7;

/**
 * Continuations of a few prompts, to read the deficit in: by the model as it is, without the selected units of the main
 * fraction, and without one random draw of as many (matched in magnitude where that kind was asked for).
 * @returns for every prompt, greedy then sampled, all conditions
 * @throws UserError, Cancelled
 */
export async function* generationSamples(
  { transformer, study, fill, prompts: count, seed, signal }: SampleInput,
  context: Pick<RunContext, 'sample' | 'warn'>,
): AsyncGenerator<Progress, GenerationSample[]> {
  if (count === 0) return [];
  const task = await readTask(context.sample(PROMPTS));
  const wanted = task.kind === 'text' ? task.items.slice(0, count).map(({ text }) => text) : [];
  const prompts = wanted.filter((text) => transformer.tokenizer.encode(text).length <= transformer.description.context);
  if (prompts.length < wanted.length) {
    context.warn(
      `${wanted.length - prompts.length} prompts are longer than the model's context and were not continued.`,
    );
  }
  const silenced = silencedOf(study);
  const ablations = [undefined, ...silenced.map(({ mask }) => ablationOf(mask, fill))];
  const names = ['intact' as const, ...silenced.map(({ units }) => units as 'selected' | ControlKind)];
  const byPrompt = prompts.map((): GenerationSample[] => []);
  for (const temperature of [0, TEMPERATURE]) {
    const options = { tokens: TOKENS, temperature, seed, signal };
    for (const { prompt, condition, text } of yield* generate(transformer, prompts, ablations, options)) {
      byPrompt[prompt]!.push({
        prompt: prompts[prompt]!,
        condition: names[condition]!,
        sampled: temperature > 0,
        text,
      });
    }
  }
  return byPrompt.flat();
}

/** The selected units of the main fraction, and one draw of random ones where there are any. */
function silencedOf(study: Study): Condition[] {
  const main = mainSweep(study).fraction;
  const here = study.conditions.filter(({ fraction }) => fraction === main);
  const draws = here.filter(({ seed }) => seed === 0);
  const random = draws.find(({ units }) => units === 'random-magnitude-matched') ?? draws[0];
  return [...here.filter(({ units }) => units === 'selected'), ...(random === undefined ? [] : [random])];
}

/** The texts of every prompt in one row per way of continuing it. @param samples as `generationSamples` gives them, at least one */
export function continuationTable(samples: readonly GenerationSample[]): TableFigure {
  const conditions = [...new Set(samples.map(({ condition }) => condition))];
  const rows = new Map<string, string[]>();
  for (const { prompt, sampled, text } of samples) {
    const how = sampled ? 'sampled' : 'greedy';
    const row = rows.get(`${how} ${prompt}`) ?? [prompt, how];
    row.push(text);
    rows.set(`${how} ${prompt}`, row);
  }
  const prompts = new Set(samples.map(({ prompt }) => prompt)).size;
  return {
    kind: 'table',
    id: 'continuations',
    title: 'Continuations side by side',
    summary:
      `${prompts === 1 ? 'One prompt' : `${prompts} prompts`} continued by up to ${TOKENS} tokens under ${conditions.length} conditions: ` +
      `always the likeliest token (greedy), and drawn at temperature ${TEMPERATURE} with the same random numbers in each (sampled).`,
    columns: [
      { label: 'Prompt', type: 'text' },
      { label: 'Tokens', type: 'text' },
      ...conditions.map((condition) => ({ label: labelOf(condition), type: 'text' }) as const),
    ],
    rows: [...rows.values()],
  };
}

function labelOf(condition: GenerationSample['condition']): string {
  if (condition === 'intact') return 'Intact';
  if (condition === 'selected') return 'Selected silenced';
  return condition === 'random' ? 'Random silenced' : `Random silenced (${condition.slice('random-'.length)})`;
}
