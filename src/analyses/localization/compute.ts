import { readStimuli, stimulusFiles } from '../../data/stimuli';
import type { Stimulus } from '../../data/stimuli';
import type { AnalysisResult } from '../../shared/analysis';
import type { Progress } from '../../shared/progress';
import { countOf } from '../../math/units/selection';
import { tokenizeStimuli } from '../../models/sequences';
import type { RunContext } from '../contract';
import { conditionsOf, contrastOf } from './contrast';
import type { Condition, Contrast } from './contrast';
import { canSplit } from './halves';
import { PRESETS } from './presets';
import type { Responses } from './responses';
import type { LocalizationFields } from './result';
import type { LocalizationSpec } from './spec';
import { localizeUnits } from './statistics';

/**
 * Localizes the units of a model that respond more to one condition than to another [LLN].
 * @returns arrays t, p, q f64 [layers, width]; selected u8 [layers, width]; each control kind u8 [seeds, layers, width]
 * @throws UserError for stimuli, settings or a model that do not go together; Cancelled
 */
export async function* localize(spec: LocalizationSpec, context: RunContext): AsyncGenerator<Progress, AnalysisResult> {
  const contrast = contrastOf(spec);
  const stimuli = await stimuliOf(spec, context);
  const conditions = conditionsOf(stimuli, contrast);

  const transformer = await context.openModel(spec.model, { untrainedSeed: spec.untrained });
  const { layers, width } = transformer.description;
  countOf(spec, layers * width);
  const { tokens, truncated } = tokenizeStimuli(stimuli, transformer, contrast.maxTokens);
  warnOf(conditions, spec, context);
  warnOfTruncation(truncated, stimuli.length, contrast, spec, context);

  const values = yield* transformer.activations(tokens, { pooling: contrast.pooling, signal: context.signal });
  const responses: Responses = { values, n: stimuli.length, layers, width, units: layers * width };
  if (!spec.signed) for (let i = 0; i < values.length; i++) values[i] = Math.abs(values[i]!);
  const { fields, arrays, impossible } = yield* localizeUnits(responses, conditions, spec, context.seed);
  for (const control of impossible) context.warn(`Not enough units for a control, left out: ${control}.`);
  if (fields.undefinedUnits > 0) {
    const units = fields.undefinedUnits === 1 ? '1 unit has' : `${fields.undefinedUnits} units have`;
    context.warn(`${units} no t (constant or not finite) and cannot be selected.`);
  }
  if (fields.significant.selected === 0) {
    context.warn('No selected unit differs at q < 0.05 (FDR over all units): the selection may be noise.');
  }
  const whole: LocalizationFields = {
    network: contrast.custom ? 'custom' : spec.network,
    ...(spec.untrained !== undefined && { untrained: spec.untrained }),
    ...fields,
    truncated,
    pooling: contrast.pooling,
    maxTokens: contrast.maxTokens ?? 'none',
    response: spec.signed ? 'signed' : 'absolute',
    selection: spec.range === undefined ? 'largest t' : `t between percentiles ${spec.range}`,
    conditions: conditions.map(({ name, role, rows }) => ({ condition: name, role, n: rows.length })),
  };
  return { fields: { ...whole }, arrays };
}

async function stimuliOf(spec: LocalizationSpec, context: RunContext): Promise<Stimulus[]> {
  const files = await stimulusFiles(spec.stimuli ?? [context.sample(PRESETS[spec.network].sample)]);
  for (const file of files) context.recordInput(file, 'stimuli');
  return readStimuli(files, {
    ...(spec.textColumn !== undefined && { text: spec.textColumn }),
    ...(spec.conditionColumn !== undefined && { condition: spec.conditionColumn }),
  });
}

function warnOf(conditions: readonly Condition[], { untrained }: LocalizationSpec, context: RunContext): void {
  if (untrained !== undefined) {
    context.warn(`The weights are random (--untrained ${untrained}): a control, not the trained model.`);
  }
  const others = conditions.filter(({ role }) => role === 'other');
  if (others.length > 0) {
    const names = others.map(({ name, rows }) => `${name} (${rows.length})`).join(', ');
    context.warn(`Conditions outside the contrast stand in the response profiles only: ${names}.`);
  }
  if (!canSplit(conditions)) {
    context.warn('A condition has fewer than four stimuli: no split-half reliability and no held-out profile.');
  }
}

function warnOfTruncation(
  truncated: number,
  n: number,
  { maxTokens }: Contrast,
  spec: LocalizationSpec,
  context: RunContext,
): void {
  if (truncated === 0) return;
  const asPublished = spec.maxTokens === undefined ? ', as the published localizer does' : '';
  context.warn(`${truncated} of ${n} stimuli were cut to ${maxTokens} tokens${asPublished}.`);
}
