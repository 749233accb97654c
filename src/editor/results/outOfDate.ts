import { workspace } from 'vscode';
import type { Uri } from 'vscode';
import type { RecordedResult } from '../recordedResult';
import { changedText, goneText } from './inputContents';

/**
 * Results whose inputs are certainly others now: a file that they came from is gone, or has another size. By folder, why.
 * Contents of the same size are compared by `InputContents`, for that means reading them.
 */
export async function outOfDate(results: readonly RecordedResult[]): Promise<ReadonlyMap<string, string>> {
  const sizes = new Map<string, Promise<number | undefined>>();
  const sizeOf = (folder: Uri, path: string): Promise<number | undefined> => {
    const known = sizes.get(path) ?? sizeNow(folder.with({ path }));
    sizes.set(path, known);
    return known;
  };
  const reasons = await Promise.all(results.map((result) => reasonOf(result, sizeOf)));
  return new Map(
    results.flatMap(({ folder }, i) => (reasons[i] === undefined ? [] : [[folder.toString(), reasons[i]]])),
  );
}

async function reasonOf(
  { folder, inputs }: RecordedResult,
  sizeOf: (folder: Uri, path: string) => Promise<number | undefined>,
): Promise<string | undefined> {
  for (const input of inputs) {
    if (input.shipped) continue;
    const now = await sizeOf(folder, input.path);
    if (now === undefined) return goneText(input);
    if (now !== input.bytes && !input.byStudy) return changedText(input);
  }
  return undefined;
}

function sizeNow(file: Uri): Promise<number | undefined> {
  return Promise.resolve(workspace.fs.stat(file)).then(
    ({ size }) => size,
    () => undefined,
  );
}
