import { commands, l10n, window } from 'vscode';
import type { Uri } from 'vscode';
import type { ModelFolders } from './modelFolders';
import { looksLikeModel, modelIcon } from './modelFolders';
import { basename, displayPath, parent } from './paths';

type Choice = {
  readonly label: string;
  readonly description?: string;
  readonly uri?: Uri;
  readonly browse?: 'folder' | 'file';
};

/**
 * The model to analyse: the one clicked in the Explorer, else one of the workspace's, else one from disk.
 * `undefined` when the person leaves.
 * @param title of the question
 */
export async function chooseModel(
  clicked: Uri | undefined,
  models: ModelFolders,
  title = l10n.t('Localize Language Units'),
): Promise<Uri | undefined> {
  if (clicked !== undefined) return clicked;
  const found = (await models.list()).map((uri) => ({
    label: `$(${modelIcon(uri)}) ${basename(uri)}`,
    description: displayPath(parent(uri)),
    uri,
  }));
  const choices: Choice[] = [
    ...found,
    { label: `$(folder-opened) ${l10n.t('Browse for a Model Folder…')}`, browse: 'folder' },
    { label: `$(file-binary) ${l10n.t('Browse for a .gguf or .onnx File…')}`, browse: 'file' },
  ];
  const chosen = await window.showQuickPick(choices, {
    title,
    placeHolder: found.length > 0 ? l10n.t('Which model?') : l10n.t('No model in this workspace: choose one from disk'),
    ignoreFocusOut: true,
  });
  return chosen?.uri ?? (chosen?.browse === undefined ? undefined : browse(chosen.browse));
}

/** A model from disk; `undefined` when the person leaves. */
export async function browse(what: 'folder' | 'file'): Promise<Uri | undefined> {
  const [chosen] =
    (await window.showOpenDialog({
      title:
        what === 'folder'
          ? l10n.t('Model folder (config.json, tokenizer.json, model.safetensors or model.onnx)')
          : l10n.t('GGUF model or ONNX export'),
      openLabel: l10n.t('Use This Model'),
      canSelectFolders: what === 'folder',
      canSelectFiles: what === 'file',
      ...(what === 'file' ? { filters: { [l10n.t('GGUF models and ONNX exports')]: ['gguf', 'onnx'] } } : {}),
    })) ?? [];
  if (chosen === undefined || (await looksLikeModel(chosen))) return chosen;
  const again = await window.showErrorMessage(
    l10n.t(
      '{0} is not a model folder. Choose the folder that holds config.json and model.safetensors or an ONNX export.',
      basename(chosen),
    ),
    l10n.t('Choose Another'),
  );
  return again === undefined ? undefined : browse(what);
}

/** Opens the workspace-trust editor when the workspace is restricted; true when a run may start. */
export async function mayRun(trusted: boolean): Promise<boolean> {
  if (trusted) return true;
  const manage = l10n.t('Manage Workspace Trust');
  const answer = await window.showWarningMessage(
    l10n.t('Brainlens runs no analysis in a restricted workspace: model files would be read by native code.'),
    manage,
  );
  if (answer === manage) await commands.executeCommand('workbench.trust.manage');
  return false;
}
