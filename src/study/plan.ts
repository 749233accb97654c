import { join } from 'node:path';
import type { AnalysisSpec } from '../shared/analysis';
import { RESULTS_FOLDER } from '../shared/results-folder';
import type { Problem } from '../yaml/syntax';
import { familiesOf, familyProblems } from './families';
import { analysisOf, isList, isPath } from './fields';
import { nameProblems } from './names';
import { inOrder } from './order';
import { References } from './references';
import type { Need } from './references';
import { settingProblems } from './settings';
import type { Study, StudyAnalysis } from './study';

/** Where a study lies and where its results go; absolute. */
export interface StudyPlace {
  /** Folder of the study file: its paths are relative to it. */
  readonly folder: string;
  /** Results go to `<results>/<name>` in it. */
  readonly workspace: string;
  /** Folder of results in the workspace where the study names none; absent: `.brainlens`. */
  readonly results?: string;
  /** Folder of results whatever the study says. */
  readonly typedResults?: string;
  /** `studyNameOf` its file. */
  readonly name: string;
}

/** One run of an analysis of a study, as it stands before anything ran. */
export interface StudyRun {
  /** Name of the result folder: `encoding`, or `encoding-smol` where there is a run for each model. */
  readonly id: string;
  /** For people: `encoding`, or `encoding (smol)`. */
  readonly label: string;
  /** The name in the study. */
  readonly analysis: string;
  /** The name of the one model that it runs on, where the study declares it. */
  readonly model?: string;
  readonly spec: AnalysisSpec;
  /** What the spec takes, paths absolute. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The result folder, absolute. */
  readonly out: string;
  /** What of other runs it takes. */
  readonly needs: readonly Need[];
  /** Why it cannot be made, where its model is not there. */
  readonly fault?: string;
  /** Names of models that are not there, and that its list goes on without. */
  readonly without?: readonly string[];
}

/** All runs of a study: whatever a run needs comes before it, and one model after another. */
export interface StudyPlan {
  readonly name: string;
  readonly runs: readonly StudyRun[];
}

/**
 * The runs that a study asks for.
 * @returns the plan, which is whole only where nothing is wrong
 */
export function planStudy(study: Study, place: StudyPlace): { readonly plan: StudyPlan; readonly problems: Problem[] } {
  const folder = place.typedResults ?? study.results ?? place.results ?? RESULTS_FOLDER;
  const results = join(place.workspace, folder, place.name);
  const drafts = study.analyses.flatMap((analysis) => draftsOf(analysis, study, results));
  const references = new References(study, drafts, place.folder);
  const runs = drafts.map((draft) => runOf(draft, study, references));
  const cycles = references.cycles();
  const models = study.declared.filter(({ kind }) => kind === 'model').map(({ name }) => name);
  const problems = [
    ...nameProblems(study, drafts),
    ...familyProblems(study, drafts),
    ...references.problems,
    ...cycles,
    // Settings that could not be made out are said once, as references.
    ...(references.problems.length > 0 ? [] : settingProblems(drafts, runs)),
  ];
  const kept = new Map(problems.map((problem) => [`${problem.span.start} ${problem.message}`, problem]));
  const plan = { name: study.name ?? place.name, runs: cycles.length > 0 ? runs : inOrder(runs, models) };
  return { plan, problems: [...kept.values()] };
}

/** A run before the names in its settings are looked up. */
export interface Draft extends Pick<StudyRun, 'id' | 'label' | 'model' | 'spec' | 'out'> {
  readonly analysis: StudyAnalysis;
  /** One of several runs, each on its own model. */
  readonly several: boolean;
}

function draftsOf(analysis: StudyAnalysis, study: Study, results: string): Draft[] {
  const spec = analysisOf(analysis.verb);
  if (spec === undefined) return [];
  const { name } = analysis;
  const models = study.declared.filter(({ kind }) => kind === 'model').map((model) => model.name);
  const field = isList(spec, 'model') ? undefined : analysis.fields.find(({ key }) => key === 'model');
  const given = (field?.items ?? []).map(({ value }) => String(value));
  if (field === undefined || (!field.list && given[0] !== 'all')) {
    const [model] = given;
    const own = model !== undefined && models.includes(model) ? { model } : {};
    return [{ id: name, label: name, ...own, spec, analysis, several: false, out: join(results, name) }];
  }
  return [...new Set(field.list ? given : models)].map((model) => ({
    id: `${name}-${model}`,
    label: `${name} (${model})`,
    model,
    spec,
    analysis,
    several: true,
    out: join(results, `${name}-${model}`),
  }));
}

function runOf(draft: Draft, study: Study, references: References): StudyRun {
  const input: Record<string, unknown> = {};
  const needs: Need[] = [];
  for (const field of draft.analysis.fields) {
    const list = isList(draft.spec, field.key);
    const own = draft.several && field.key === 'model';
    const items = own ? [{ ...field.items[0]!, value: draft.model }] : field.items;
    const values = items.flatMap((item) => {
      if (!isPath(draft.spec, field.key, item.value)) return [item.value];
      const found = references.resolve(item.value, item.span, field.key, draft);
      for (const { run, path } of found) if (run !== undefined) needs.push({ run, path, field: field.key, list });
      return found.map(({ path }) => path);
    });
    input[field.key] = list || (field.list && !own) ? values : values[0];
  }
  const families = familiesOf(draft, study);
  if (families.length > 0) input['families'] = families;
  const { id, label, spec, out, model, analysis } = draft;
  return { id, label, analysis: analysis.name, ...(model === undefined ? {} : { model }), spec, input, out, needs };
}
