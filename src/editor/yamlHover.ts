import { l10n } from 'vscode';
import { constantsOf, schemasAt, typeInWords, typesOf } from '../yaml/schema';
import type { JsonSchema } from '../yaml/schema';
import { findScalar, parseYaml, spanOf } from '../yaml/syntax';
import type { Span } from '../yaml/syntax';

/** What to say of a word under the pointer, as Markdown. */
export interface Explanation {
  readonly span: Span;
  readonly markdown: string;
}

/** What the schema says of the key or value at an offset; `undefined` where it says nothing. */
export function explain(text: string, offset: number, root: JsonSchema): Explanation | undefined {
  const document = parseYaml(text);
  const place = findScalar(document, (scalar) => {
    const { start, end } = spanOf(scalar);
    return start <= offset && offset < end;
  });
  if (place === undefined) return undefined;
  // An item of a list is explained by what the list is.
  const path = place.path.filter((step) => typeof step === 'string');
  const schemas = schemasAt(root, document, path).filter(({ description }) => description !== undefined);
  const name = path.at(-1);
  if (schemas.length === 0 || name === undefined) return undefined;
  const descriptions = [...new Set(schemas.map(({ description }) => description!))];
  const types = [...new Set(schemas.flatMap(typesOf))].map(typeInWords).join(' or ');
  const listed = [...new Set(schemas.filter(({ type }) => type !== 'boolean').flatMap(constantsOf))];
  const lines = [
    `**${name}**${types === '' ? '' : ` (${types})`}`,
    ...descriptions,
    ...(listed.length > 0 ? [l10n.t('One of {0}.', listed.map((value) => `\`${String(value)}\``).join(', '))] : []),
    ...usual(schemas),
  ];
  return { span: spanOf(place.scalar), markdown: lines.join('\n\n') };
}

function usual(schemas: readonly JsonSchema[]): string[] {
  const value = schemas.find((schema) => schema.default !== undefined)?.default;
  return value === undefined ? [] : [l10n.t('Default: `{0}`', JSON.stringify(value))];
}
