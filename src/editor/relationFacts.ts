/** Which files hold word pairs, told from their first lines; the engine has the last word. */

/** Bytes of a file that tell. */
export const HEAD = 400;

/** One relation and thus useful only among others, or a file that may hold several. */
export type RelationFile = 'one' | 'several';

/**
 * @param name of the file
 * @param head its first `HEAD` bytes as text
 * @returns `undefined` for a file that is something else
 */
export function relationFile(name: string, head: string): RelationFile | undefined {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const [line = ''] = head.split(/\r?\n/);
  switch (extension) {
    case 'json':
      return /^\s*\[\s*\{/.test(head) && ['input', 'output'].every((key) => head.includes(`"${key}"`))
        ? 'one'
        : undefined;
    case 'txt':
      return /^\s*:\s*\S/.test(head) ? 'several' : undefined;
    case 'csv':
    case 'tsv':
      return ofColumns(line.split(extension === 'csv' ? ',' : '\t').map(bare));
    case 'jsonl':
      return ofColumns([...line.matchAll(/"([^"]+)"\s*:/g)].map(([, key]) => key!));
    default:
      return undefined;
  }
}

function ofColumns(columns: readonly string[]): RelationFile | undefined {
  const pairs = [
    ['input', 'output'],
    ['a', 'b'],
  ].some((ends) => ends.every((end) => columns.includes(end)));
  if (!pairs) return undefined;
  return columns.includes('relation') ? 'several' : 'one';
}

function bare(cell: string): string {
  return cell
    .replace(/^\uFEFF/, '')
    .trim()
    .replace(/^"(.*)"$/, '$1');
}

/** Layers as a person types them, without doubles; `undefined` where it is something else. */
export function layersOfText(text: string, layers: number | undefined): readonly number[] | undefined {
  const parts = text.split(/[,\s]+/).filter(Boolean);
  const numbers = parts.map((part) => (/^[-−]?\d+$/.test(part) ? Number(part.replace('−', '-')) : NaN));
  const good = numbers.every((n) => n >= -1 && n < (layers ?? Infinity));
  return numbers.length > 0 && good && new Set(numbers).size === numbers.length ? numbers : undefined;
}

/** The embedding, the first, the middle and the last layer, each once. */
export function spreadLayers(layers: number): readonly number[] {
  return [...new Set([-1, 0, Math.floor((layers - 1) / 2), layers - 1])];
}
