import { z } from 'zod';
import { catalog } from '../analyses/catalog';
import type { AnalysisSpec } from '../shared/analysis';
import type { JsonSchema } from '../yaml/schema';

const schemas = new Map<AnalysisSpec, JsonSchema>();

/** JSON Schema (draft 7) of an analysis' settings as they are written. */
export function specOf(analysis: AnalysisSpec): JsonSchema {
  const known = schemas.get(analysis);
  if (known !== undefined) return known;
  const schema = z.toJSONSchema(analysis.spec, { io: 'input', target: 'draft-7' }) as JsonSchema;
  schemas.set(analysis, schema);
  return schema;
}

/** The settings of an analysis by name. */
export function propertiesOf(analysis: AnalysisSpec): Readonly<Record<string, JsonSchema>> {
  return specOf(analysis).properties ?? {};
}

/** The analysis of a verb; `undefined` where there is none. */
export function analysisOf(verb: string): AnalysisSpec | undefined {
  return catalog.find(({ id }) => id === verb);
}

/** Whether a setting is a list, such as the paths of several results. */
export function isList(analysis: AnalysisSpec, field: string): boolean {
  return propertiesOf(analysis)[field]?.type === 'array';
}

/** Whether a setting is a list of paths. */
export function isTextList(analysis: AnalysisSpec, field: string): boolean {
  return analysis.paths.includes(field) && isList(analysis, field);
}

/** Whether a value of a setting is a path: always, or by its looks. */
export function isPath({ paths, pathsLike = {} }: AnalysisSpec, field: string, value: unknown): value is string {
  return typeof value === 'string' && (paths.includes(field) || pathsLike[field]?.test(value) === true);
}
