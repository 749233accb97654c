import { listFiles, listModels, modelInfo } from '@huggingface/hub';
import { UserError } from '../shared/errors';
import type { Hub } from './address';
import { refusedBy } from './problems';
import { request } from './request';

/** A model that a search found. */
export interface FoundModel {
  readonly id: string;
  readonly downloads: number;
  readonly likes: number;
  /** Its owners want their terms to be accepted before. */
  readonly gated: boolean;
}

/** A file of a model. */
export interface HubFile {
  /** Below the model, with slashes. */
  readonly path: string;
  readonly bytes: number;
  /** Of its content: SHA-256 of large files, git's SHA-1 of small ones. Some mirrors give neither. */
  readonly checksum?: { readonly kind: 'sha256' | 'git-sha1'; readonly hex: string } | undefined;
}

/** The files of one version of a model. */
export interface ModelFiles {
  readonly id: string;
  /** Full hash of the version. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

const MOST_FOUND = 25;

/**
 * Models that write text whose names hold the words, most downloaded first; those of GGUF files are among them.
 * @throws UserError where the hub refuses or cannot be reached
 */
export async function searchModels(hub: Hub, words: string, signal: AbortSignal): Promise<FoundModel[]> {
  const search = { query: words, task: 'text-generation' } as const;
  const found: FoundModel[] = [];
  const options = { search, sort: 'downloads', limit: MOST_FOUND } as const;
  for await (const model of listModels({ ...options, ...connection(hub, `A search for “${words}”`, signal) }))
    found.push({
      id: model.name,
      downloads: model.downloads ?? 0,
      likes: model.likes ?? 0,
      gated: Boolean(model.gated),
    });
  return found;
}

/**
 * What a model consists of, at the newest version of its main branch.
 * @throws UserError where there is no such model, or it is not for this person
 */
export async function modelFiles(hub: Hub, id: string, signal: AbortSignal): Promise<ModelFiles> {
  const asked = connection(hub, id, signal);
  const { sha } = await modelInfo({ name: id, revision: 'main', additionalFields: ['sha'], ...asked });
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha))
    throw new UserError(`${hub.address} does not say which version of ${id} it has`, 'Check the address of the hub.');
  const files: HubFile[] = [];
  for await (const { type, path, size, oid, lfs } of listFiles({ repo: id, revision: sha, recursive: true, ...asked }))
    if (type === 'file') files.push({ path, bytes: lfs?.size ?? size, checksum: checksumOf(lfs?.oid, oid) });
  return { id, commit: sha, files };
}

function checksumOf(sha256: string | undefined, sha1: string | undefined): HubFile['checksum'] {
  if (sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256)) return { kind: 'sha256', hex: sha256 };
  if (sha256 === undefined && sha1 !== undefined && /^[0-9a-f]{40}$/.test(sha1)) return { kind: 'git-sha1', hex: sha1 };
  return undefined;
}

/** How the library reaches the hub: by our requests, so that it never sees the token. */
function connection(hub: Hub, what: string, signal: AbortSignal): { hubUrl: string; fetch: typeof fetch } {
  const ask = async (url: string | URL | Request): Promise<Response> => {
    const response = await request(hub, String(url), { accept: 'application/json' }, signal);
    if (response.ok) return response;
    await response.body?.cancel();
    throw refusedBy(hub, response, what);
  };
  return { hubUrl: hub.address, fetch: ask };
}
