import type { TextDocument } from './documents';

/** A document, and where it stands in its file. */
export interface PlacedDocument extends TextDocument {
  /** The file's name in messages. */
  readonly file: string;
  /** "row 17"; empty where the file is one document. */
  readonly place: string;
  readonly share: number;
}

/**
 * Joins `count` consecutive documents of one file and type by a blank line; the last ones of a file may be fewer. Types
 * that alternate row by row are gathered apart, and come out as each is full.
 */
export async function* joinDocuments(
  documents: AsyncIterable<PlacedDocument>,
  count: number,
): AsyncGenerator<PlacedDocument> {
  let waiting = new Map<string, PlacedDocument[]>();
  let file: string | undefined;
  for await (const document of documents) {
    if (document.file !== file) {
      for (const group of waiting.values()) yield asOne(group);
      waiting = new Map();
      file = document.file;
    }
    const group = [...(waiting.get(document.type) ?? []), document];
    if (group.length < count) {
      waiting.set(document.type, group);
      continue;
    }
    yield asOne(group);
    waiting.delete(document.type);
  }
  for (const group of waiting.values()) yield asOne(group);
}

function asOne(group: readonly PlacedDocument[]): PlacedDocument {
  const first = group[0]!;
  const last = group.at(-1)!;
  if (group.length === 1) return first;
  const source = `${first.source} to ${last.place}`;
  return { ...last, text: group.map(({ text }) => text).join('\n\n'), source, place: last.place };
}
