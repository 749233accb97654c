import { UserError } from './errors';

/**
 * Refuses what is not the plain name of a `.npy` file, such as a path that would lead out of a result folder.
 * @throws UserError
 */
export function requireArrayName(file: string): void {
  if (/^[\w-]+(\.[\w-]+)*\.npy$/.test(file)) return;
  throw new UserError(`${file} is not an array of this result`, 'Arrays are .npy files in the result folder itself.');
}
