import type { FileView } from '../../../src/yaml/files';

/** A disk that holds these files: a list of columns for a table, nothing for any other file. */
export function disk(files: Readonly<Record<string, readonly string[] | undefined>>): FileView {
  return {
    exists: (path) => Promise.resolve(path in files),
    columns: (path) => Promise.resolve(files[path]),
    list: () => Promise.resolve(Object.keys(files)),
  };
}

/** The disk that most manifests of these tests belong to. */
export const world = disk({
  'sentences.csv': ['item_id', 'sentence', 'passage'],
  'responses.csv': ['item_id', 'lang_LH_IFG', 'lang_LH_MFG', 'lang_LH_netw'],
  'responses.npy': undefined,
});

/** A text without the `|` in it, and where the `|` was. */
export function cursor(marked: string): { text: string; offset: number } {
  const offset = marked.indexOf('|');
  return { text: marked.slice(0, offset) + marked.slice(offset + 1), offset };
}

export const alone = { schema: false };
