import { realpath } from 'node:fs/promises';
import { z } from 'zod';
import { hashFile } from '../../data/hash';
import { parseSpec } from '../../shared/analysis';
import { messageOf, UserError } from '../../shared/errors';
import type { ResultFile } from '../../shared/result';
import { asSettings } from '../../study/settings';
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
  /** The study file, absolute. */
  readonly file: string;
}

/**
 * How a run stands, from its result folder and the contents of its inputs. Files are hashed where their facts changed.
 * A result that this study file did not make blocks it.
 * @param input what of its input is left
 * @throws UserError for settings that the analysis refuses
 */
export async function lookAt(
  run: Pick<StudyRun, 'spec' | 'out'>,
  input: Readonly<Record<string, unknown>>,
  around: Surroundings,
): Promise<RunState> {
  const expected = expectedOf(run, input, around);
  const result = await readResult(run.out).catch(() => undefined);
  const other = result && (await otherMaker(result, around));
  if (other !== undefined) {
    const problem = `${displayPath(run.out, around)} holds a result that ${other}: it is not replaced`;
    const remedy = 'Move it away, rename the study file, or replace it with brainlens run --force.';
    return { kind: 'blocked', message: messageOf(new UserError(problem, remedy)) };
  }
  const failed = await failureOf(run.out);
  const failure = failed && asSettings(failed, run);
  const made = result && madeOf(result);
  const late = made === undefined || failure !== undefined || otherSettings(expected, made) !== undefined;
  return stateOf(expected, made, late ? undefined : await nowOf(made, around), failure);
}

/** Whose result it is where it is not of this study, in a few words. */
async function otherMaker({ study }: ResultFile, around: Surroundings): Promise<string | undefined> {
  if (study === undefined) return 'no study made';
  const [own, its] = await Promise.all([around.file, absolutePath(study.file, around)].map(truePath));
  return own === its ? undefined : `the study ${study.file} made`;
}

/** Without symbolic links, as far as it is there. */
function truePath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
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
