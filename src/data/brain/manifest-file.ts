import { basename } from 'node:path';
import { LineCounter, isMap, isNode, isScalar, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import type { z } from 'zod';
import { UserError } from '../../shared/errors';
import { manifestKeys, manifestProblems, manifestSchema, nearest } from '../../shared/manifest';
import type { Manifest } from '../../shared/manifest';
import { withLookalikes } from '../../yaml/lookalikes';
import { syntaxMessage } from '../../yaml/syntax';
import type { Span } from '../../yaml/syntax';
import { readBytes } from '../files';
import { decodeText } from '../text';

type Path = readonly (string | number)[];

/**
 * Reads and checks a dataset manifest.
 * @throws UserError for the first thing wrong, with its line and column (from 1), and the nearest known key for one misspelt
 */
export async function readManifest(file: string): Promise<Manifest> {
  return parseManifest(decodeText(await readBytes(file), file), file);
}

/** The manifest that YAML text holds. @param name what messages call it @throws UserError as `readManifest` */
export function parseManifest(text: string, name: string): Manifest {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}, line ${line}, column ${col}`;
  };
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    const [start, end] = syntax.pos;
    throw (
      lookalike(text, { start, end }, place) ??
      new UserError(`${place(start)}: ${syntaxMessage(syntax, text)}`, 'Mend the YAML there.')
    );
  }
  if (!isMap(document.contents)) {
    throw new UserError(
      `${name} is not a dataset manifest`,
      'It needs at least name, stimuli and responses; brainlens dataset --dataset FOLDER proposes one.',
    );
  }
  const parsed = manifestSchema.safeParse(document.toJS());
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw lookalike(text, spanOfIssue(document, issue), place) ?? problemOf(document, issue, place);
  }
  const [problem] = manifestProblems(parsed.data);
  if (problem !== undefined) {
    throw new UserError(
      `${place(offsetOf(document, problem.path))}: ${problem.path.join('.')}: ${problem.message}`,
      'See the example manifests in docs/datasets.',
    );
  }
  return parsed.data;
}

/** Whether a path is taken for a manifest, rather than for a data file that stands for itself. */
export function isManifestName(file: string): boolean {
  return /\.ya?ml$/i.test(basename(file));
}

/** The error for a sign that only looks like one of YAML's, where one stands in the lines of a problem. */
function lookalike(text: string, span: Span, place: (offset: number) => string): UserError | undefined {
  const [found] = withLookalikes(text, [{ kind: 'schema', span, message: '' }]);
  return found === undefined || found.message === ''
    ? undefined
    : new UserError(`${place(found.span.start)}: ${found.message}`);
}

function spanOfIssue(document: Document, issue: z.core.$ZodIssue): Span {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  const start =
    issue.code === 'unrecognized_keys' ? keyOffset(document, path, issue.keys[0]!) : offsetOf(document, path);
  return { start, end: start + 1 };
}

function problemOf(document: Document, issue: z.core.$ZodIssue, place: (offset: number) => string): UserError {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const known = manifestKeys(path);
    const close = nearest(key, known);
    const where = path.length === 0 ? '' : ` in ${path.join('.')}`;
    return new UserError(
      `${place(keyOffset(document, path, key))}: "${key}" is not known${where}`,
      close === undefined ? `Known are: ${known.join(', ')}.` : `Did you mean "${close}"?`,
    );
  }
  const name = path.join('.');
  const missing = issue.code === 'invalid_type' && document.getIn(path) === undefined;
  if (missing) {
    return new UserError(`${place(offsetOf(document, path))}: ${name} is missing`, `Add ${name}.`);
  }
  return new UserError(`${place(offsetOf(document, path))}: ${name}: ${inWords(issue)}`, 'Mend it there.');
}

function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_union') return 'is of none of the forms that may stand there';
  if (issue.code === 'too_small' && issue.origin !== 'number' && issue.origin !== 'int') return 'is empty';
  return issue.message.replace(/^Invalid input: /, '');
}

/** Where the value at a path starts; of a path that is not there, where its nearest parent does. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return isNode(document.contents) ? (document.contents.range?.[0] ?? 0) : 0;
}

function keyOffset(document: Document, path: Path, key: string): number {
  const parent: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(parent)) return offsetOf(document, path);
  const pair = parent.items.find(({ key: node }) => isScalar(node) && String(node.value) === key);
  return (pair?.key as Node | undefined)?.range?.[0] ?? offsetOf(document, path);
}
