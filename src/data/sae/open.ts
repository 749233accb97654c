import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { UserError } from '../../shared/errors';
import { fileProblem } from '../files';
import { gemmaScope } from './gemma-scope';
import type { Sae, SaeFormat } from './sae';
import { saelens } from './saelens';
import { sparsify } from './sparsify';

const FORMATS: readonly SaeFormat[] = [saelens, sparsify, gemmaScope];
const LOOKED_FOR =
  'sae_weights.safetensors with cfg.json (SAELens), sae.safetensors with cfg.json (sparsify), params.npz (Gemma Scope)';
const PICKLES = new Set(['.pt', '.pth', '.pkl', '.bin']);
/** Releases nest hook points, widths and sparsities. */
const DEPTH = 4;

/**
 * Opens a sparse autoencoder: a folder of SAELens, sparsify or Gemma Scope, or Gemma Scope's `.npz`.
 * @throws UserError where there is none (naming folders below that hold some), where it is of an unsupported kind, on
 * another stream than the residual one, incomplete, or not finite
 */
export async function openSae(path: string): Promise<Sae> {
  const entry = await stat(path).catch((error: unknown) => {
    throw fileProblem(path, error);
  });
  if (PICKLES.has(extname(path).toLowerCase())) throw pickled(path);
  const format = await formatOf(path);
  if (format !== undefined) return format.read(path);
  if (!entry.isDirectory()) throw new UserError(`${path} holds no SAE`, `Give a folder with ${LOOKED_FOR}.`);
  throw await nothingIn(path);
}

/** Whether this folder or file is an SAE, by file names alone: fast enough to ask for every folder of a workspace. */
export async function looksLikeSae(path: string): Promise<boolean> {
  return (await formatOf(path)) !== undefined;
}

/**
 * Folders at and below this one that hold SAEs, as in releases with one per hook point: at most four levels down, in
 * name order with numbers by value (`layers.2` before `layers.10`). Unreadable folders are passed over.
 */
export async function findSaes(folder: string, depth = DEPTH): Promise<string[]> {
  if (await looksLikeSae(folder)) return [folder];
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const found: string[] = [];
  for (const name of folders) found.push(...(await findSaes(join(folder, name), depth - 1)));
  return found;
}

async function formatOf(path: string): Promise<SaeFormat | undefined> {
  for (const format of FORMATS) if (await format.matches(path)) return format;
  return undefined;
}

async function nothingIn(folder: string): Promise<UserError> {
  const below = (await findSaes(folder)).map((found) => found.slice(folder.length).replace(/^[\\/]/, ''));
  if (below.length > 0) {
    const listed = below.slice(0, 12).join(', ') + (below.length > 12 ? `, and ${below.length - 12} more` : '');
    return new UserError(
      `${folder} holds ${below.length} SAEs in folders of their own`,
      `Name one of them: ${listed}.`,
    );
  }
  const pickle = (await readdir(folder)).find((name) => PICKLES.has(extname(name).toLowerCase()));
  if (pickle !== undefined) return pickled(join(folder, pickle));
  return new UserError(`${folder} holds no SAE: looked for ${LOOKED_FOR}`, 'Download the SAE with these files.');
}

function pickled(file: string): UserError {
  return new UserError(
    `${file} is a Python pickle, which could run code when it is opened`,
    'Load it with the library that made it and save it as safetensors, for example with SAELens (sae.save_model).',
  );
}
