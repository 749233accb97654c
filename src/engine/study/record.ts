import { resolve } from 'node:path';
import type { StudyRecord } from '../../shared/result';
import type { StudyRun } from '../../study/plan';
import { displayPath } from '../provenance';
import type { PathRoots } from '../provenance';
import { pathFields } from '../spec-paths';
import { resultDigest, resultOf, setDigest } from './digest';

/**
 * What the inputs of a run are right before it. Reads names, sizes and results, never large files.
 * @param input what of its input is left
 * @param file the study file
 */
export async function recordOf(
  run: StudyRun,
  input: Readonly<Record<string, unknown>>,
  file: string,
  around: PathRoots,
): Promise<StudyRecord> {
  const results: Record<string, string> = {};
  const sets: Record<string, string> = {};
  for (const field of pathFields(run.spec, input)) {
    for (const path of [input[field] ?? []].flat().map((one) => resolve(around.workspace, String(one)))) {
      sets[displayPath(path, around)] = (await setDigest(path, field === 'model')) ?? '';
      const result = await resultOf(path);
      const digest = result && (await resultDigest(result));
      if (digest !== undefined) results[displayPath(result!, around)] = digest;
    }
  }
  const { analysis, model } = run;
  return { file: displayPath(file, around), analysis, ...(model === undefined ? {} : { model }), results, sets };
}
