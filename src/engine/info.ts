import { basename } from 'node:path';
import type { ModelDescription } from '../models/transformer';
import type { JobRequest } from '../shared/protocol';
import { formatJson, jsonable } from '../shared/json';
import { engineParts } from './engine-parts';
import type { JobHooks, JobParts } from './parts';
import { environment, InputRecorder } from './provenance';
import { assertWritable, readResultText, resultFile, writeResult } from './store';
import type { ResultContent } from './store';

/** A question about one model. `model` is absolute. */
export type InfoRequest = Pick<JobRequest, 'seed' | 'threads' | 'memory' | 'provider' | 'cacheFolder' | 'workspace'> & {
  readonly model: string;
};

/** What a model is, from its headers alone. @throws UserError for anything that is not a model that can be run */
export async function modelInfo(request: InfoRequest, parts: JobParts = engineParts): Promise<ModelDescription> {
  requireProvider(request, parts);
  return (await parts.describeModel(request.model)).description;
}

/**
 * What a model is, as the document of a result with its provenance; stored in a result folder where a place is given.
 * @returns the text of `result.json`
 * @throws UserError for a bad model or a place that cannot be written; Cancelled
 */
export async function infoDocument(
  request: InfoRequest,
  place: { readonly out: string; readonly force: boolean } | undefined,
  hooks: JobHooks,
  parts: JobParts = engineParts,
): Promise<string> {
  requireProvider(request, parts);
  const started = new Date();
  const clock = performance.now();
  if (place !== undefined) assertWritable(place.out, place.force);
  const { description, files } = await parts.describeModel(request.model);
  const recorder = new InputRecorder(request.workspace, parts.samples, (path) =>
    parts.hashFile(path, request.cacheFolder, hooks.signal),
  );
  for (const file of files) recorder.record(file, 'model');
  hooks.onProgress({ phase: 'Checksums', done: 0, total: files.length, unit: 'files' });
  const inputs = await recorder.inputs();
  const content: ResultContent = {
    file: {
      schema: 'brainlens/info@1',
      created: started.toISOString(),
      seconds: Math.round(performance.now() - clock) / 1000,
      summary: `${description.family}, ${description.layers} layers of ${description.width} units`,
      spec: { model: recorder.display(request.model) },
      provenance: { ...environment(request, parts), inputs },
      result: { ...description },
    },
    figures: { schema: 'brainlens/figures@1', figures: [] },
    arrays: {},
  };
  if (place === undefined) return `${formatJson(jsonable(resultFile(basename(request.model), content)))}\n`;
  const options = { force: place.force, unique: false, signal: hooks.signal };
  return readResultText(await writeResult(place.out, content, options));
}

/** Nothing runs here, but what a run would refuse is refused. */
function requireProvider({ provider }: InfoRequest, parts: JobParts): void {
  if (provider !== undefined) parts.requireProvider?.(provider);
}
