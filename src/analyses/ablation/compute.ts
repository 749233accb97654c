import { readTasks } from '../../data/tasks/read';
import type { Task } from '../../data/tasks/task';
import { sizeOf } from '../../math/units/selection';
import type { Transformer } from '../../models/transformer';
import type { AnalysisResult, NdArray } from '../../shared/analysis';
import { UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { evaluate } from './evaluate';
import { generationSamples } from './generations';
import { controlKinds, mainSweep, requireStudy, studyOf } from './masks';
import type { Condition, Study } from './masks';
import { massiveShare } from './massive-share';
import { firstItems, planTask } from './plan';
import { magnitudeOf, readReference, tokenMeans } from './reference';
import type { Reference } from './reference';
import type { AblationFields } from './result';
import type { AblationSpec } from './spec';
import { runSweep } from './sweep';
import { loadUnits } from './units';
import type { GivenUnits } from './units';
import { warnOf } from './warnings';

/**
 * Silences units and as many random ones, and measures what the model can no longer do [LLN].
 * @returns array masks u8 [sets, layers, width], described by `sets`
 * @throws UserError for tasks, units or a model that do not go together; Cancelled
 */
export async function* ablate(spec: AblationSpec, context: RunContext): AsyncGenerator<Progress, AnalysisResult> {
  const tasks = await readTasks(spec.tasks ?? [context.sample('tasks')]);
  if (spec.tasks !== undefined) for (const { source } of tasks) context.recordInput(source, 'tasks');
  const transformer = await context.openModel(spec.model);
  const { layers, width } = transformer.description;
  const given = await loadUnits(spec.units, transformer, context);
  const empty = requireStudy(given, spec);
  if (empty.length > 0) {
    context.warn(`Fractions that select no unit of ${layers * width} are left out: ${empty.join(', ')}.`);
  }
  const plans = tasks.map((task) =>
    planTask(firstItems(task, spec.items), transformer.tokenizer, transformer.description.context),
  );
  const reference = await referenceFor(given, spec, context);
  const { signal } = context;
  const magnitude = given.magnitude ?? (yield* magnitudeOf(reference!, transformer, signal));
  const fill = spec.ablation === 'mean' ? yield* tokenMeans(reference!, transformer, signal) : undefined;
  const study = studyOf({ ...given, magnitude }, spec, context.seed);

  const checkpoint = await context.checkpoint(filesOf(tasks, transformer, given, reference), settingsOf(spec, tasks));
  const { conditions } = study;
  const scores = yield* runSweep({ plans, conditions, ...(fill && { fill }), transformer, checkpoint }, context);
  const kinds = controlKinds(spec);
  const evaluated = yield* evaluate(plans, scores, { ...study, kinds, seed: context.seed });
  const generations = yield* generationSamples(
    { transformer, study, ...(fill && { fill }), prompts: spec.generate, seed: context.seed, signal },
    context,
  );
  warnOf(spec.randomSeeds, kinds, evaluated.tasks, context);
  const fields: AblationFields = {
    ablation: spec.ablation,
    layers,
    width,
    mainFraction: mainSweep(study).fraction,
    randomSeeds: kinds.length === 0 ? 0 : spec.randomSeeds,
    controls: kinds,
    sweeps: study.sweeps,
    sets: study.conditions.map(setOf),
    ...evaluated,
    generations,
    ...massiveShare(evaluated),
  };
  return { fields: { ...fields }, arrays: { masks: masksOf(study, layers, width) } };
}

/** The reference is read only where something is taken from it. */
async function referenceFor(
  given: GivenUnits,
  spec: AblationSpec,
  context: RunContext,
): Promise<Reference | undefined> {
  if (given.magnitude !== undefined && spec.ablation === 'zero') {
    if (spec.reference !== undefined) {
      context.warn('--reference was not read: zero ablation needs no means, and the localization brings magnitudes.');
    }
    return undefined;
  }
  const reference = await readReference(spec.reference, context);
  if (reference.texts.length === 0) throw new UserError('there are no reference texts', 'Give some with --reference.');
  return reference;
}

function filesOf(
  tasks: readonly Task[],
  transformer: Transformer,
  given: GivenUnits,
  reference: Reference | undefined,
): string[] {
  return [...transformer.files, ...given.files, ...tasks.map(({ source }) => source), ...(reference?.files ?? [])];
}

/** All settings but paths: what lies at them is told apart by content, and tasks by name. */
function settingsOf(spec: AblationSpec, tasks: readonly Task[]): unknown {
  const { fractions, randomSeeds, controls, ablation, items } = spec;
  return { fractions, randomSeeds, controls, ablation, items: items ?? null, tasks: tasks.map(({ name }) => name) };
}

function setOf({ fraction, units, seed, mask }: Condition): AblationFields['sets'][number] {
  return { fraction, units, ...(seed !== undefined && { seed }), size: sizeOf(mask) };
}

function masksOf({ conditions }: Study, layers: number, width: number): NdArray {
  const data = new Uint8Array(conditions.length * layers * width);
  conditions.forEach(({ mask }, i) => data.set(mask, i * layers * width));
  return { data, shape: [conditions.length, layers, width] };
}
