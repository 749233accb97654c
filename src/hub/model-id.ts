import { UserError } from '../shared/errors';

const PART = /^[A-Za-z0-9][\w.-]*$/;

/**
 * The id that a person typed or pasted: "gpt2", "org/name", or the address of the model's page.
 * @returns `undefined` for what is no id, such as words to search for
 */
export function modelId(text: string): string | undefined {
  const path = URL.canParse(text.trim()) ? new URL(text.trim()).pathname.slice(1) : text.trim();
  const parts = path.replace(/\/(tree|blob|resolve)\/.*$/, '').split('/');
  const fine = parts.length <= 2 && parts.every((part) => PART.test(part) && !part.includes('..'));
  return fine ? parts.join('/') : undefined;
}

/**
 * Address of a file of a model.
 * @param commit full hash, so that all files are of one version
 * @throws UserError for a path that leads out of the model
 */
export function fileAddress(address: string, id: string, commit: string, path: string): string {
  assertInside(path);
  return `${address}/${id}/resolve/${encodeURIComponent(commit)}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * Refuses a path by which a hub could make us write outside of the chosen folder.
 * @throws UserError for `..`, absolute paths, backslashes, drives and control characters
 */
export function assertInside(path: string): void {
  const parts = path.split('/');
  const odd = parts.some((part) => part === '' || part === '.' || part === '..' || /[\\:\p{Cc}]/u.test(part));
  if (odd)
    throw new UserError(
      `The hub names a file ${JSON.stringify(path)} that would lie outside of the model’s folder`,
      'Nothing was written; do not use this model.',
    );
}
