import { l10n, window, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { count } from '../shared/words';
import { basename, displayPath, parent } from './paths';
import { askStep } from './steps';
import type { Answer, Choice, Place } from './steps';

/** Documents of the workspace, or the wish to look for some on the disk. */
type Pick = { readonly kind: 'documents'; readonly paths: readonly Uri[] } | { readonly kind: 'folder' | 'files' };

const EXTENSIONS = ['txt', 'md', 'jsonl', 'parquet'];
const IGNORED = '**/{node_modules,.git,.brainlens,.venv,__pycache__}/**';
const LIMIT = 2000;
const MOST_SHOWN = 30;

/**
 * Asks for documents: folders of the workspace that hold texts, or any from disk.
 * @param other folders that are something else, such as models with their README
 */
export async function askDocuments(
  title: string,
  place: Place,
  signal: AbortSignal,
  other: readonly Uri[],
): Promise<Answer<readonly Uri[]>> {
  const choices = await documentChoices(other);
  for (;;) {
    const placeholder = l10n.t('Which documents? The type of a document is the name of its folder');
    const pick = await askStep<Pick>({ title, ...place, placeholder, choices, signal });
    if (pick?.kind !== 'chosen') return pick;
    const value = pick.value.kind === 'documents' ? pick.value.paths : await browse(pick.value.kind);
    if (value !== undefined) return { kind: 'chosen', value };
  }
}

async function documentChoices(other: readonly Uri[]): Promise<Choice<Pick>[]> {
  const found = await workspace.findFiles(`**/*.{${EXTENSIONS.join(',')}}`, IGNORED, LIMIT);
  const files = found.filter(({ path }) => !other.some((folder) => path.startsWith(`${folder.path}/`)));
  const all = found.length < LIMIT;
  return [
    ...textFolders(files)
      .slice(0, MOST_SHOWN)
      .map(({ folder, texts }) => ({
        label: `$(folder) ${basename(folder)}`,
        description: all
          ? l10n.t('{0} · files: {1}', displayPath(folder), texts)
          : l10n.t('{0} · files: at least {1}', displayPath(folder), texts),
        value: { kind: 'documents', paths: [folder] } as const,
      })),
    ...files
      .filter(({ path }) => /\.(jsonl|parquet)$/.test(path))
      .slice(0, MOST_SHOWN)
      .map((file) => ({
        label: `$(file) ${basename(file)}`,
        description: displayPath(parent(file)),
        value: { kind: 'documents', paths: [file] } as const,
      })),
    {
      label: `$(folder-opened) ${l10n.t('Browse for a Folder…')}`,
      description: l10n.t('with .txt, .md, source code, JSON Lines or Parquet, and folders of them'),
      value: { kind: 'folder' },
    },
    { label: `$(files) ${l10n.t('Browse for Files…')}`, value: { kind: 'files' } },
  ];
}

/** Folders below the workspace's own with texts in them or in the folders below; outer ones first. */
function textFolders(files: readonly Uri[]): { folder: Uri; texts: number }[] {
  const found = new Map<string, { folder: Uri; texts: number }>();
  for (const file of files) {
    const home = workspace.getWorkspaceFolder(file)?.uri.path;
    for (let folder = parent(file); folder.path !== home && folder.path !== '/'; folder = parent(folder)) {
      const entry = found.get(folder.path) ?? { folder, texts: 0 };
      found.set(folder.path, { folder, texts: entry.texts + 1 });
    }
  }
  const depth = ({ folder }: { folder: Uri }): number => folder.path.split('/').length;
  return [...found.values()].sort(
    (a, b) => depth(a) - depth(b) || b.texts - a.texts || a.folder.path.localeCompare(b.folder.path),
  );
}

async function browse(what: 'folder' | 'files'): Promise<readonly Uri[] | undefined> {
  return window.showOpenDialog({
    title: what === 'folder' ? l10n.t('Folder of documents') : l10n.t('Documents'),
    openLabel: l10n.t('Use These Documents'),
    canSelectFolders: what === 'folder',
    canSelectFiles: what === 'files',
    canSelectMany: true,
  });
}

/** A whole number in one's own words; `undefined` when the person leaves. */
export async function askNumber(
  title: string,
  prompt: string,
  value: number | undefined,
  least: number,
  most = Infinity,
): Promise<number | undefined> {
  const wanted =
    most === Infinity
      ? l10n.t('A whole number of at least {0}', count(least))
      : l10n.t('A whole number from {0} to {1}', count(least), count(most));
  const text = await window.showInputBox({
    title,
    prompt,
    ...(value === undefined ? {} : { value: String(value) }),
    ignoreFocusOut: true,
    validateInput: (typed) =>
      /^\s*-?\d+\s*$/.test(typed) && Number(typed) >= least && Number(typed) <= most ? undefined : wanted,
  });
  return text === undefined ? undefined : Number(text);
}
