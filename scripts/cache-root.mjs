// The cache folder of the command line and of the scripts: the same rule as src/cli.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** @returns {string} BRAINLENS_CACHE, else the platform's cache folder + "brainlens" */
export function cacheRoot() {
  const { BRAINLENS_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (BRAINLENS_CACHE) return BRAINLENS_CACHE;
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'brainlens', 'Cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'brainlens');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'brainlens');
}
