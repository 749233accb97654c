import type { AnalysisSpec } from '../shared/analysis';

/** Settings with every path in them put in another way. */
export function mapPaths(
  analysis: Pick<AnalysisSpec, 'paths' | 'pathsLike'>,
  spec: unknown,
  map: (path: string) => string,
): Record<string, unknown> {
  const mapped = { ...(spec as Record<string, unknown>) };
  for (const field of pathFields(analysis, mapped)) {
    const value = mapped[field];
    if (typeof value === 'string') mapped[field] = map(value);
    if (Array.isArray(value)) mapped[field] = value.map((path) => map(String(path)));
  }
  return mapped;
}

/** Fields of a spec that hold paths. */
export function pathFields(
  { paths, pathsLike = {} }: Pick<AnalysisSpec, 'paths' | 'pathsLike'>,
  spec: Readonly<Record<string, unknown>>,
): string[] {
  const like = Object.entries(pathsLike).filter(([field, pattern]) => pattern.test(String(spec[field] ?? '')));
  return [...paths, ...like.map(([field]) => field)];
}
