import { commands, l10n, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { LogOutputChannel, SecretStorage } from 'vscode';
import { hostOf } from '../hub/address';
import type { Hub } from '../hub/address';
import { assertRoom, bytesMissing, download } from '../hub/download';
import { placeOf } from '../hub/file-download';
import { modelFiles } from '../hub/models';
import type { ModelFiles } from '../hub/models';
import { variantsOf } from '../hub/needed';
import type { Variant } from '../hub/needed';
import { UserError } from '../shared/errors';
import { formatBytes, formatDuration, PaceMeter } from '../shared/progress';
import { currentHub, withToken } from './hubToken';
import { askModelOfHub } from './modelSearch';
import { displayPath } from './paths';
import { askStep, askSteps } from './steps';
import type { Answer, Choice, Place } from './steps';

const REPORT_MS = 250;
/** Folders that this window fetches into. */
const underWay = new Set<string>();

/** What is fetched, and where to. */
interface Order {
  readonly model: ModelFiles;
  readonly variant: Variant;
  readonly folder: Uri;
}

/**
 * *Brainlens: Download Model from Hugging Face…*: asks for the model, says how large it is, asks for a folder, and fetches
 * what Brainlens reads of it. Nothing is asked of any server before this command, or in a restricted workspace.
 */
export async function downloadModel(secrets: SecretStorage, log: LogOutputChannel): Promise<void> {
  if (!(await mayDownload())) return;
  const order = await ask(secrets);
  if (order !== undefined) await fetchOrder(secrets, order, log);
}

async function mayDownload(): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const manage = l10n.t('Manage Workspace Trust');
  const said = l10n.t('Brainlens downloads nothing in a restricted workspace.');
  if ((await window.showWarningMessage(said, manage)) === manage)
    await commands.executeCommand('workbench.trust.manage');
  return false;
}

async function ask(secrets: SecretStorage): Promise<Order | undefined> {
  let id = '';
  let model: ModelFiles | undefined;
  let variant: Variant | undefined;
  const answers = await askSteps<[string, Variant, Uri]>([
    async (place) => {
      const answer = await askModelOfHub(await currentHub(secrets), place);
      if (answer?.kind === 'chosen') id = answer.value;
      return answer;
    },
    async (place) => {
      model = await withToken(secrets, (hub) => listOf(hub, id));
      const answer = model === undefined ? undefined : await askVariant(model, place);
      if (answer?.kind === 'chosen') variant = answer.value;
      return answer;
    },
    (place) => askFolder(id, variant!, place),
  ]);
  return answers === undefined ? undefined : { model: model!, variant: answers[1], folder: answers[2] };
}

/** `undefined` where the person cancels. */
async function listOf(hub: Hub, id: string): Promise<ModelFiles | undefined> {
  const title = l10n.t('Asking {0} what {1} consists of', hostOf(hub.address), id);
  return window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, (_, token) =>
    cancellable(token, (signal) => modelFiles(hub, id, signal)),
  );
}

function askVariant(model: ModelFiles, { step, steps }: Place): Promise<Answer<Variant>> {
  const choices = variantsOf(model.id, model.files).map((variant): Choice<Variant> => {
    const count = variant.files.length;
    const size = formatBytes(variant.bytes);
    const description = count === 1 ? size : l10n.t('{0} in {1} files', size, count);
    return { label: variant.name, description, value: variant };
  });
  const placeholder = l10n.t('Which files? Only these are fetched.');
  return askStep({ title: l10n.t('Download {0}', model.id), placeholder, step, steps, choices });
}

async function askFolder(id: string, variant: Variant, { step, steps }: Place): Promise<Answer<Uri>> {
  const name = id.split('/').at(-1)!;
  const here = (workspace.workspaceFolders ?? []).map(({ uri }) => Uri.joinPath(uri, 'models', name));
  const choices: Choice<Uri | 'elsewhere'>[] = [];
  for (const folder of here) {
    const missing = await bytesMissing(folder.fsPath, variant.files);
    const begun = missing < variant.bytes ? { description: l10n.t('{0} are still missing', formatBytes(missing)) } : {};
    choices.push({ label: `$(folder) ${displayPath(folder)}`, ...begun, value: folder });
  }
  choices.push({ label: `$(folder-opened) ${l10n.t('Choose Another Folder…')}`, value: 'elsewhere' });
  const title = l10n.t('Download {0}', id);
  const placeholder = l10n.t('{0} are to be fetched. Into which folder?', formatBytes(variant.bytes));
  const answer = await askStep({ title, placeholder, step, steps, choices });
  if (answer?.kind !== 'chosen') return answer;
  const folder = answer.value === 'elsewhere' ? await browse(name) : answer.value;
  return folder === undefined ? undefined : { kind: 'chosen', value: folder };
}

/** @returns a folder of the model's name in the one that was chosen */
async function browse(name: string): Promise<Uri | undefined> {
  const [chosen] =
    (await window.showOpenDialog({
      title: l10n.t('In which folder should {0} lie?', name),
      openLabel: l10n.t('Download Here'),
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  return chosen === undefined ? undefined : Uri.joinPath(chosen, name);
}

async function fetchOrder(secrets: SecretStorage, order: Order, log: LogOutputChannel): Promise<void> {
  const { model, variant, folder } = order;
  const place = displayPath(folder);
  if (underWay.has(folder.fsPath)) throw new UserError(l10n.t('A download into {0} is under way', place));
  await assertRoom(folder.fsPath, await bytesMissing(folder.fsPath, variant.files));
  underWay.add(folder.fsPath);
  log.info(`Downloading ${model.id} (${variant.name}, version ${model.commit}) into ${folder.fsPath}`);
  try {
    const end = await withToken(secrets, async (hub) => fetchWithProgress(hub, order));
    if (end === 'cancelled')
      void window.showInformationMessage(
        l10n.t('The download was cancelled. What was fetched stays in {0}; the same command continues it.', place),
      );
    if (end === 'done') await offerToRun(order, log);
  } finally {
    underWay.delete(folder.fsPath);
  }
}

function fetchWithProgress(hub: Hub, { model, variant, folder }: Order): Thenable<'done' | 'cancelled'> {
  const title = l10n.t('Downloading {0}', model.id);
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const onProgress = reporter((message, increment) => progress.report({ message, increment }));
      const done = await cancellable(token, async (signal) => {
        await download(hub, model, variant.files, folder.fsPath, { signal, onProgress });
        return 'done' as const;
      });
      return done ?? 'cancelled';
    },
  );
}

async function offerToRun({ model, variant, folder }: Order, log: LogOutputChannel): Promise<void> {
  log.info(`Downloaded ${model.id} into ${folder.fsPath}`);
  const run = l10n.t('Localize Language Units…');
  const said = l10n.t('{0} ({1}) lies in {2}.', model.id, formatBytes(variant.bytes), displayPath(folder));
  const gguf = variant.files.find(({ path }) => /\.gguf$/i.test(path));
  const target = gguf === undefined ? folder : Uri.file(placeOf(folder.fsPath, gguf));
  // Not waited for: the command is over when the model is there.
  void window.showInformationMessage(said, run).then((answer) => {
    if (answer === run) void commands.executeCommand('brainlens.localize', target);
  });
}

/** "model.safetensors: 120 MB of 538 MB · 24.0 MB/s · 17 s left", now and then; what came last is always told. */
function reporter(report: (message: string, increment: number) => void): Parameters<typeof download>[4]['onProgress'] {
  const pace = new PaceMeter();
  let percent = 0;
  let latest: (() => void) | undefined;
  let resting = false;
  const tell = (): void => {
    if (resting || latest === undefined) return;
    latest();
    latest = undefined;
    resting = true;
    setTimeout(() => {
      resting = false;
      tell();
    }, REPORT_MS);
  };
  return ({ file, done, total }) => {
    const { rate, secondsLeft } = pace.measure({ phase: 'download', done, total, unit: 'B' }, performance.now());
    latest = () => {
      const parts = [l10n.t('{0}: {1} of {2}', file, formatBytes(done), formatBytes(total))];
      if (rate !== undefined) parts.push(`${formatBytes(rate)}/s`);
      if (secondsLeft !== undefined) parts.push(l10n.t('{0} left', formatDuration(secondsLeft)));
      const share = total === 0 ? 100 : (done / total) * 100;
      report(parts.join(' · '), share - percent);
      percent = share;
    };
    tell();
  };
}

/** Runs what a person may cancel. @returns `undefined` where they did */
async function cancellable<T>(
  token: { onCancellationRequested(listener: () => void): unknown },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const abort = new AbortController();
  token.onCancellationRequested(() => abort.abort());
  try {
    return await run(abort.signal);
  } catch (error) {
    if (abort.signal.aborted) return undefined;
    throw error;
  }
}
