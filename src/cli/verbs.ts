import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalog } from '../analyses/catalog';
import type { AnalysisSpec } from '../shared/analysis';
import { Cancelled, UserError } from '../shared/errors';
import { formatBytes } from '../shared/progress';
import type { Estimate, JobRequest } from '../shared/protocol';
import { checkSchemaKnown } from '../shared/result';
import { interruptible } from './interrupt';
import { longHint } from './long';
import { ProgressDisplay } from './progress';
import type { ProgressStream } from './progress';
import { cacheFolder, defaultMemory, defaultThreads, parseMemory, parseWhole } from './settings';

/** The options that every verb shares, as they were typed. */
export interface CommonOptions {
  readonly out?: string;
  readonly seed?: string;
  readonly threads?: string;
  readonly memory?: string;
  readonly executor?: JobRequest['executor'];
  readonly provider?: NonNullable<JobRequest['provider']>;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly force?: boolean;
  readonly selfCheck?: boolean;
}

/** Where a verb writes: answers on one stream, everything else on the other. */
export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: ProgressStream;
}

/**
 * Runs an analysis: estimate, run, summary.
 * @param input the spec's fields that were given
 * @throws UserError, Cancelled
 */
export async function runAnalysis(
  analysis: AnalysisSpec,
  input: Record<string, unknown>,
  options: CommonOptions,
  { stdout, stderr }: Streams,
): Promise<void> {
  const { checkJob, runJob } = await import('../engine/job');
  const { keptOf } = await import('../engine/kept');
  const { defaultResultFolder, discardPartial, hasReport, readResultText, reportMoved } =
    await import('../engine/store');
  const common = jobSettings(options);
  const out = resolve(options.out ?? defaultResultFolder(analysis.id, new Date()));
  const unique = options.out === undefined;
  const job: JobRequest = { ...common, analysis: analysis.id, spec: input, out, unique, force: options.force === true };
  const note = noter(options, stderr);
  checkJob(job);
  if (typeof input['model'] === 'string') await announce(input['model'], job, note);
  const display = new ProgressDisplay(stderr);
  const onProgress: Parameters<typeof runJob>[1]['onProgress'] = (progress) => {
    const hint = longHint(analysis.id, progress);
    if (hint !== undefined) {
      display.clear();
      note(hint);
    }
    if (options.quiet !== true) display.show(progress);
  };
  const reported = hasReport(out);
  try {
    const outcome = await interruptible(
      (signal) => runJob(job, { signal, onProgress }),
      () => discardPartial(out, process.pid),
    );
    display.clear();
    for (const warning of outcome.warnings) stderr.write(`Warning: ${warning}\n`);
    const moved = reported && outcome.out === out ? reportMoved(out) : undefined;
    if (moved !== undefined) stderr.write(`${moved}\n`);
    const text = options.json === true ? await readResultText(outcome.out) : `${outcome.summary}\n${outcome.out}\n`;
    stdout.write(text);
  } catch (error) {
    throw error instanceof Cancelled ? new Cancelled(await keptOf(out)) : error;
  } finally {
    display.clear();
  }
}

/**
 * Prints what a model is: a table, or with `--json` the document of a result; with `--out` that document is stored too, and
 * its folder named below the table.
 */
export async function info(model: string, options: CommonOptions, { stdout, stderr }: Streams): Promise<void> {
  const { modelInfo, infoDocument } = await import('../engine/info');
  const { infoTable } = await import('./info-table');
  const common = jobSettings(options);
  const display = new ProgressDisplay(stderr);
  const onProgress = options.quiet === true ? () => undefined : display.show.bind(display);
  const request = { ...common, model: resolve(model) };
  const table = options.json === true ? '' : infoTable(model, await modelInfo(request));
  if (options.json !== true && options.out === undefined) {
    stdout.write(table);
    return;
  }
  const place = options.out === undefined ? undefined : { out: resolve(options.out), force: options.force === true };
  const json = await interruptible(
    (signal) => infoDocument(request, place, { signal, onProgress }),
    () => undefined,
  ).finally(() => display.clear());
  stdout.write(options.json === true ? json : `${table}${place?.out ?? ''}\n`);
}

/** What `info` stores is no analysis: it has no figures. */
const INFO_SCHEMA = 'brainlens/info@';

/** Writes a result's HTML report and prints its path. @throws UserError where the result has none */
export async function report(folder: string, options: { readonly out?: string }, { stdout }: Streams): Promise<void> {
  const { readResult } = await import('../engine/store');
  const { readAssets, writeReport } = await import('../engine/report');
  const home = resolve(folder.replace(/[\\/]?result\.json$/, '') || '.');
  const result = await readResult(home);
  if (result.schema.startsWith(INFO_SCHEMA)) {
    throw new UserError(
      `${home} holds what info tells of a model, which has no figures: there is nothing to report`,
      'Give the result folder of an analysis.',
    );
  }
  checkSchemaKnown(result, home, catalog);
  const out = resolve(options.out ?? `${home}/report.html`);
  await writeReport(home, result, out, await readAssets(fileURLToPath(new URL('./webview', import.meta.url))));
  stdout.write(`${out}\n`);
}

/** What a run will need, in one line for the person at the keyboard. */
export function describeEstimate(estimate: Estimate, cache: string): string {
  const { resident, streaming, budget, executor } = estimate;
  const needs = `Memory: ${formatBytes(resident)} resident, ${formatBytes(streaming)} streaming, budget ${formatBytes(budget)}`;
  const first = estimate.cache > 0 ? `; first writes ${formatBytes(estimate.cache)} of weights into ${cache}` : '';
  return `${needs}: runs ${executor}${first}.`;
}

async function announce(model: string, job: JobRequest, note: (line: string) => void): Promise<void> {
  const { estimateModel } = await import('../engine/job');
  const { memory, executor, cacheFolder: cache } = job;
  const estimate = await estimateModel({ model: resolve(model), memory, executor, cacheFolder: cache });
  // A model that does not fit is refused by the run itself, with what it needs and the remedy.
  if (estimate.executor !== 'refused') note(describeEstimate(estimate, cache));
}

function noter(options: CommonOptions, stderr: ProgressStream): (line: string) => void {
  return (line) => {
    if (options.quiet !== true) stderr.write(`${line}\n`);
  };
}

/** The common options as a job takes them. @throws UserError naming the flag */
export function jobSettings(
  options: CommonOptions,
): Pick<
  JobRequest,
  'seed' | 'threads' | 'memory' | 'executor' | 'provider' | 'cacheFolder' | 'workspace' | 'selfCheck'
> {
  return {
    seed: options.seed === undefined ? 0 : parseWhole('--seed', options.seed, 0),
    threads: options.threads === undefined ? defaultThreads() : parseWhole('--threads', options.threads, 1),
    memory: options.memory === undefined ? defaultMemory() : parseMemory(options.memory),
    executor: options.executor ?? 'auto',
    ...(options.provider !== undefined && { provider: options.provider }),
    cacheFolder: cacheFolder(process.env),
    workspace: process.cwd(),
    ...(options.selfCheck === false && { selfCheck: false }),
  };
}
