import { l10n, Uri, window, workspace } from 'vscode';
import { sameModel } from '../shared/model-name';
import { browse as browseModel } from './modelChoice';
import { modelIcon } from './modelFolders';
import type { ModelFolders } from './modelFolders';
import { basename, displayPath, parent } from './paths';
import { saeFacts } from './saeFacts';
import type { SaeFacts } from './saeFacts';
import type { SaeFolders } from './saeFolders';
import { looksLikeSae } from './saeFolders';

/** The SAE to analyse: the one clicked in the Explorer, else one of the workspace's, else one from disk. */
export async function chooseSae(clicked: Uri | undefined, saes: SaeFolders, title: string): Promise<Uri | undefined> {
  if (clicked !== undefined) return clicked;
  const found = (await saes.list()).map((uri) => ({
    label: `$(folder) ${basename(uri)}`,
    description: displayPath(parent(uri)),
    uri,
  }));
  const browse = { label: `$(folder-opened) ${l10n.t('Browse for an SAE Folder…')}`, uri: undefined };
  const placeHolder = l10n.t('Which sparse autoencoder?');
  const chosen = await window.showQuickPick([...found, browse], { title, placeHolder, ignoreFocusOut: true });
  return chosen === undefined ? undefined : (chosen.uri ?? browseSae());
}

async function browseSae(): Promise<Uri | undefined> {
  const [chosen] =
    (await window.showOpenDialog({
      title: l10n.t('SAE folder (cfg.json with sae_weights.safetensors or sae.safetensors, or params.npz)'),
      openLabel: l10n.t('Use This SAE'),
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  if (chosen === undefined || (await looksLikeSae(chosen))) return chosen;
  const again = await window.showErrorMessage(
    l10n.t(
      '{0} is not an SAE folder. Choose one with cfg.json and sae_weights.safetensors or sae.safetensors, or with params.npz.',
      basename(chosen),
    ),
    l10n.t('Choose Another'),
  );
  return again === undefined ? undefined : browseSae();
}

/** What the SAE's own file says of it. */
export async function readSaeFacts(sae: Uri): Promise<SaeFacts> {
  return saeFacts(await text(Uri.joinPath(sae, 'cfg.json')), basename(sae));
}

/** The model that the SAE reads: those of its width and name come first. `undefined` when the person leaves. */
export async function chooseModelOf(facts: SaeFacts, models: ModelFolders, title: string): Promise<Uri | undefined> {
  const found = await Promise.all((await models.list()).map((uri) => modelItem(uri, facts)));
  const items = [
    ...found.toSorted((a, b) => b.fit - a.fit),
    { label: `$(folder-opened) ${l10n.t('Browse for a Model Folder…')}`, browse: 'folder' as const },
    { label: `$(file-binary) ${l10n.t('Browse for a .gguf or .onnx File…')}`, browse: 'file' as const },
  ];
  const placeHolder =
    facts.model === undefined
      ? l10n.t('Which model does it read?')
      : l10n.t('Which model does it read? Trained on {0}', facts.model);
  const chosen = await window.showQuickPick<{ label: string; uri?: Uri; browse?: 'folder' | 'file' }>(items, {
    title,
    placeHolder,
    ignoreFocusOut: true,
  });
  return chosen?.uri ?? (chosen?.browse === undefined ? undefined : browseModel(chosen.browse));
}

interface ModelItem {
  readonly label: string;
  readonly description: string;
  readonly uri: Uri;
  /** How well the SAE fits, larger is better. */
  readonly fit: number;
}

async function modelItem(uri: Uri, facts: SaeFacts): Promise<ModelItem> {
  const width = await widthOf(uri);
  const fits = width === undefined || facts.width === undefined ? undefined : width === facts.width;
  const named = facts.model !== undefined && sameModel(facts.model, basename(uri));
  const says =
    fits === undefined
      ? ''
      : ` · ${fits ? l10n.t('width {0} fits', String(width)) : l10n.t('width {0} does not fit', String(width))}`;
  return {
    label: `$(${modelIcon(uri)}) ${basename(uri)}`,
    description: `${displayPath(parent(uri))}${says}`,
    uri,
    fit: (fits === undefined ? 0 : fits ? 2 : -2) + (named ? 1 : 0),
  };
}

async function widthOf(model: Uri): Promise<number | undefined> {
  const config = await readModelConfig(model);
  return [config['hidden_size'], config['n_embd'], config['d_model']].find((value) => typeof value === 'number');
}

/** Layers that a model's configuration says it has; `undefined` where it does not, as a `.gguf`. */
export async function layersOf(model: Uri): Promise<number | undefined> {
  const config = await readModelConfig(model);
  return [config['num_hidden_layers'], config['n_layer'], config['num_layers']].find(
    (value) => typeof value === 'number' && value > 0,
  ) as number | undefined;
}

async function readModelConfig(model: Uri): Promise<Readonly<Record<string, unknown>>> {
  const content = await text(Uri.joinPath(model, 'config.json'));
  try {
    const config: unknown = JSON.parse(content ?? '{}');
    return typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function text(file: Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await workspace.fs.readFile(file));
  } catch {
    return undefined;
  }
}
