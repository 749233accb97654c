import { z } from 'zod';
import { hashFile } from '../../data/hash';
import { parseSpec } from '../../shared/analysis';
import type { ResultFile } from '../../shared/result';
import { otherSettings, stateOf } from '../../study/state';
import type { Expected, Made, Now, RunState } from '../../study/state';
import type { StudyRun } from '../../study/plan';
import { absolutePath, displayPath } from '../provenance';
import type { PathRoots } from '../provenance';
import { mapPaths } from '../spec-paths';
import { readResult } from '../store';
import { isResultFile, resultDigest, setDigest } from './digest';
import { failureOf } from './failures';

/** Where and how the runs of a study are looked at. */
export interface Surroundings extends PathRoots {
  /** Where hashes of large files are remembered. */
  readonly cacheFolder: string;
  readonly seed: number;
}

/**
 * How a run stands, from its result folder and the contents of its inputs. Files are hashed where their facts changed.
 * @param input what of its input is left
 * @throws UserError for settings that the analysis refuses
 */
export async function lookAt(
  run: Pick<StudyRun, 'spec' | 'out'>,
  input: Readonly<Record<string, unknown>>,
  around: Surroundings,
): Promise<RunState> {
  const expected = expectedOf(run, input, around);
  const failure = await failureOf(run.out);
  const made = await readResult(run.out).then(madeOf, () => undefined);
  const late = made === undefined || failure !== undefined || otherSettings(expected, made) !== undefined;
  return stateOf(expected, made, late ? undefined : await nowOf(made, around), failure);
}

function expectedOf(
  { spec }: Pick<StudyRun, 'spec'>,
  input: Readonly<Record<string, unknown>>,
  around: Surroundings,
): Expected {
  const whole = mapPaths(spec, parseSpec(spec, { ...input }), (path) => displayPath(path, around));
  return {
    schema: `brainlens/${spec.schema}@${spec.version}`,
    spec: JSON.parse(JSON.stringify(whole)) as Record<string, unknown>,
    seed: around.seed,
  };
}

const lackingSchema = z.object({ failed: z.array(z.object({ model: z.string() })) });

function madeOf({ schema, spec, study, provenance, result }: ResultFile): Made {
  const lacking = lackingSchema.safeParse(result).data?.failed.map(({ model }) => model) ?? [];
  return { schema, spec, seed: provenance.seed, inputs: provenance.inputs, before: study, lacking };
}

async function nowOf({ inputs, before, spec }: Made, around: Surroundings): Promise<Now> {
  const results: Record<string, string> = {};
  const sets: Record<string, string> = {};
  const hashes: Record<string, string> = {};
  const models = [spec['model'] ?? []].flat();
  for (const path of Object.keys(before?.sets ?? {})) {
    put(sets, path, await setDigest(absolutePath(path, around), models.includes(path)));
  }
  for (const { path } of inputs) {
    const absolute = absolutePath(path, around);
    if (isResultFile(path) && before?.results[path] !== undefined) put(results, path, await resultDigest(absolute));
    else put(hashes, path, await hashFile(absolute, around).catch(() => undefined));
  }
  return { results, sets, hashes };
}

function put(record: Record<string, string>, path: string, digest: string | undefined): void {
  if (digest !== undefined) record[path] = digest;
}
