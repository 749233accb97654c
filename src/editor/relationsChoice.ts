import { l10n, window, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { basename, displayPath, parent } from './paths';
import { HEAD, relationFile } from './relationFacts';
import { askStep } from './steps';
import type { Answer, Choice, Place } from './steps';

/** Files and folders with relations; `undefined`: those that come with Brainlens. */
export type Relations = readonly Uri[] | undefined;

type Pick = { readonly kind: 'built-in' } | { readonly kind: 'paths'; readonly paths: readonly Uri[] } | Browse;
type Browse = { readonly kind: 'folder' | 'files' };

const IGNORED = '**/{node_modules,.git,.brainlens,.venv,__pycache__}/**';
/** Files that are looked into, and the size up to which they are. */
const LIMIT = 500;
const LARGEST = 2_000_000;
const MOST_SHOWN = 30;
/** Relations that discriminant analysis needs. */
const LEAST = 3;

/** Asks for word pairs: those that come with Brainlens, some of the workspace, or any from disk. */
export async function askRelations(title: string, place: Place, signal: AbortSignal): Promise<Answer<Relations>> {
  const choices = await relationChoices();
  for (;;) {
    const pick = await askStep<Pick>({
      title,
      ...place,
      placeholder: l10n.t('Which relations between words?'),
      choices,
      signal,
    });
    if (pick?.kind !== 'chosen') return pick;
    const { value } = pick;
    if (value.kind === 'built-in') return { kind: 'chosen', value: undefined };
    const paths = value.kind === 'paths' ? value.paths : await browse(value.kind);
    if (paths !== undefined) return { kind: 'chosen', value: paths };
  }
}

async function relationChoices(): Promise<Choice<Pick>[]> {
  const found = await relationFiles();
  const folders = new Map<string, { readonly folder: Uri; readonly files: number }>();
  for (const { uri } of found) {
    const folder = parent(uri);
    folders.set(folder.path, { folder, files: (folders.get(folder.path)?.files ?? 0) + 1 });
  }
  return [
    {
      label: l10n.t('Built-in Relations'),
      description: l10n.t('fourteen kinds of facts and word forms'),
      value: { kind: 'built-in' },
    },
    ...[...folders.values()]
      .filter(({ files }) => files >= LEAST)
      .slice(0, MOST_SHOWN)
      .map(({ folder, files }) => ({
        label: `$(folder) ${basename(folder)}`,
        description: l10n.t('{0} · {1} relation files', displayPath(folder), files),
        value: { kind: 'paths', paths: [folder] } as const,
      })),
    ...found
      .filter(({ holds }) => holds === 'several')
      .slice(0, MOST_SHOWN)
      .map(({ uri }) => ({
        label: `$(file) ${basename(uri)}`,
        description: displayPath(parent(uri)),
        value: { kind: 'paths', paths: [uri] } as const,
      })),
    {
      label: `$(folder-opened) ${l10n.t('Browse for a Folder…')}`,
      description: l10n.t('with lists of word pairs, three or more'),
      value: { kind: 'folder' },
    },
    {
      label: `$(files) ${l10n.t('Browse for Files…')}`,
      description: l10n.t('JSON lists of {"input", "output"}, tables with columns input and output, or analogies'),
      value: { kind: 'files' },
    },
  ];
}

async function relationFiles() {
  const uris = await workspace.findFiles('**/*.{json,csv,tsv,jsonl,txt}', IGNORED, LIMIT);
  const found = await Promise.all(uris.map(async (uri) => ({ uri, holds: relationFile(uri.path, await headOf(uri)) })));
  return found
    .filter(({ holds }) => holds !== undefined)
    .sort((a, b) => a.uri.path.localeCompare(b.uri.path, 'en', { numeric: true }));
}

/** The first bytes of a file as text; nothing of one that is large or gone. */
async function headOf(uri: Uri): Promise<string> {
  try {
    if ((await workspace.fs.stat(uri)).size > LARGEST) return '';
    return new TextDecoder().decode((await workspace.fs.readFile(uri)).subarray(0, HEAD));
  } catch {
    return '';
  }
}

async function browse(what: Browse['kind']): Promise<readonly Uri[] | undefined> {
  return window.showOpenDialog({
    title: what === 'folder' ? l10n.t('Folder of relations') : l10n.t('Relations, three or more'),
    openLabel: l10n.t('Use These Relations'),
    canSelectFolders: what === 'folder',
    canSelectFiles: what === 'files',
    canSelectMany: what === 'files',
    ...(what === 'files' && { filters: { [l10n.t('Relations')]: ['json', 'csv', 'tsv', 'jsonl', 'parquet', 'txt'] } }),
  });
}
