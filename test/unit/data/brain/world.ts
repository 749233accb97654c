import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BrainDataset } from '../../../../src/data/brain/dataset';
import { loadDataset } from '../../../../src/data/brain/load';

/** A fresh folder with these files: name → text or bytes. */
export async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'brainlens-dataset-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** The dataset of a manifest and the files beside it. */
export async function datasetFrom(
  manifest: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<BrainDataset> {
  return await loadDataset(join(await folderOf({ ...files, 'dataset.yaml': manifest }), 'dataset.yaml'));
}

export const SENTENCES = 'id,sentence,passage\na,The cat sat.,p1\nb,Dogs bark.,p1\nc,Rain falls.,p2\n';
