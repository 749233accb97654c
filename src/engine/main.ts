import { catalog } from '../analyses/catalog';
import { describeFolder } from '../data/brain/describe-folder';
import { writeManifest } from '../data/brain/write-manifest';
import { Cancelled, messageOf, UserError } from '../shared/errors';
import { toEngineSchema } from '../shared/protocol';
import type { FromEngine, LookRequest, ToEngine } from '../shared/protocol';
import type { RunState } from '../study/state';
import { cacheBytes, clearCache } from './cache-folder';
import { estimateModel, runJob } from './job';
import { samplesFolder } from './samples';
import { discardPartial } from './store-folders';
import { lookAt } from './study/look';

/**
 * The engine process: forked by the extension host, it runs one analysis at a time and answers over the IPC channel.
 * Cancelling is not its business: the host kills it.
 */
let running: Extract<ToEngine, { type: 'run' }> | undefined;
const endOfRun = new AbortController();

process.on('message', (raw) => void receive(raw));
process.on('disconnect', leave);
process.on('uncaughtException', (error) => failAndLeave(error));
process.on('unhandledRejection', (error) => failAndLeave(error));
if (process.send === undefined) {
  process.stderr.write(
    'This is the engine of Brainlens; it is started by the editor. On a command line use brainlens.\n',
  );
  process.exitCode = 2;
} else {
  reply({ type: 'ready' });
}

async function receive(raw: unknown): Promise<void> {
  const parsed = toEngineSchema.safeParse(raw);
  if (!parsed.success) {
    process.stderr.write(`A message was not understood: ${parsed.error.issues[0]!.message}\n`);
    return;
  }
  const message = parsed.data;
  try {
    await answer(message);
  } catch (error) {
    reply(failure(message.id, error));
  }
}

async function answer(message: ToEngine): Promise<void> {
  const { id } = message;
  switch (message.type) {
    case 'run':
      return run(message);
    case 'estimate':
      return reply({ type: 'estimated', id, estimate: await estimateModel(message.request) });
    case 'writeManifest': {
      const { text, notes } = await describeFolder(message.folder);
      return reply({ type: 'manifest', id, path: await writeManifest(message.folder, text), notes: [...notes] });
    }
    case 'cache': {
      const { cacheFolder, clear } = message;
      return reply({ type: 'cache', id, bytes: await (clear ? clearCache(cacheFolder) : cacheBytes(cacheFolder)) });
    }
    case 'look':
      return reply({ type: 'state', id, state: await stateOfRun(message.look) });
  }
}

async function stateOfRun({ analysis, input, out, ...around }: LookRequest): Promise<RunState> {
  const spec = catalog.find(({ id }) => id === analysis);
  if (spec === undefined) throw new Error(`There is no analysis called ${analysis}.`);
  return lookAt({ spec, out }, input, { ...around, samples: samplesFolder() });
}

async function run(message: Extract<ToEngine, { type: 'run' }>): Promise<void> {
  const { id, job } = message;
  if (running !== undefined) throw new Error('The engine is busy with another run.');
  running = message;
  try {
    const onProgress = (progress: Extract<FromEngine, { type: 'progress' }>['progress']) =>
      reply({ type: 'progress', id, progress });
    const { out, summary, warnings } = await runJob(job, { signal: endOfRun.signal, onProgress });
    reply({ type: 'done', id, out, summary, warnings: [...warnings] });
  } finally {
    running = undefined;
  }
}

function failure(id: number, error: unknown): FromEngine {
  const kind = error instanceof UserError || error instanceof Cancelled ? 'user' : 'internal';
  const stack = kind === 'internal' && error instanceof Error ? { stack: error.stack ?? '' } : {};
  return { type: 'failed', id, kind, message: messageOf(error), ...stack };
}

function reply(message: FromEngine): void {
  // The host may be gone already; `disconnect` then ends this process.
  process.send?.(message, undefined, undefined, () => undefined);
}

/** The host is gone: nobody waits for the result, so nothing of it may stay. */
function leave(): never {
  endOfRun.abort();
  if (running !== undefined) discardPartial(running.job.out, process.pid);
  process.exit(0);
}

function failAndLeave(error: unknown): void {
  const id = running?.id ?? 0;
  const exit = () => process.exit(1);
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  if (running !== undefined) discardPartial(running.job.out, process.pid);
  if (!process.connected) exit();
  process.send?.(failure(id, error), undefined, undefined, exit);
}
