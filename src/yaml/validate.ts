import { isMap, isScalar, isSeq } from 'yaml';
import type { Document, Node, YAMLMap, YAMLSeq } from 'yaml';
import { nearest } from '../shared/manifest';
import { alternatives, chosenBy, constantsOf, itemSchema, typeInWords, typesOf } from './schema';
import type { JsonSchema } from './schema';
import { entriesOf, itemsOf, quoted, resolved, spanOf } from './syntax';
import type { Problem, Span } from './syntax';

/** What a message calls the value, and where it points when the value itself is nowhere. */
interface Subject {
  readonly name: string;
  readonly span: Span;
}

/**
 * Checks a document against a schema: unknown and missing keys, wrong types, values that are not among those listed,
 * bounds. Mistyped names come with the name that was meant. Of alternatives, the nearest one speaks.
 */
export function schemaProblems(document: Document, root: JsonSchema): Problem[] {
  const check = new Check(document, root);
  const whole = resolved(document.contents, document);
  return check.value(root, whole, { name: 'The file', span: { start: 0, end: 1 } });
}

class Check {
  constructor(
    private readonly document: Document,
    private readonly root: JsonSchema,
  ) {}

  value(schema: JsonSchema, raw: Node | null, subject: Subject): Problem[] {
    const node = resolved(raw, this.document);
    const branches = alternatives(schema, this.root);
    const fitting = branches.filter((branch) => fits(branch, node));
    if (fitting.length === 0) return [this.wrongType(branches, node, raw, subject)];
    const unknown = isMap(node) ? this.unknownChoice(fitting, node) : undefined;
    if (unknown !== undefined) return [unknown];
    const possible = isMap(node) ? chosenBy(node, fitting) : fitting;
    const outcomes = possible.map((branch) => this.branch(branch, node, raw, subject));
    const best = outcomes.reduce((least, outcome) => (outcome.length < least.length ? outcome : least));
    const listed = possible.flatMap(constantsOf);
    // Alternatives that are single words are one list of words.
    return best.length > 0 &&
      listed.length > 1 &&
      isScalar(node) &&
      possible.every((one) => constantsOf(one).length > 0)
      ? this.constant(listed, node)
      : best;
  }

  /** A map that has none of the constants by which its alternatives are told apart. */
  private unknownChoice(branches: readonly JsonSchema[], map: YAMLMap): Problem | undefined {
    if (branches.length < 2) return undefined;
    for (const { key, value } of entriesOf(map)) {
      const constants = branches.map(({ properties }) => properties?.[key]?.const);
      const node = resolved(value, this.document);
      if (constants.includes(undefined) || !isScalar(node) || constants.includes(node.value)) continue;
      return this.constant(constants, node)[0];
    }
    return undefined;
  }

  private branch(schema: JsonSchema, node: Node | null, raw: Node | null, subject: Subject): Problem[] {
    if (isMap(node)) return this.map(schema, node, subject);
    if (isSeq(node)) return this.list(schema, node, subject);
    if (!isScalar(node)) return [];
    if (schema.enum !== undefined || schema.const !== undefined) return this.constant(constantsOf(schema), node);
    const message = outOfBounds(schema, node.value);
    return message === undefined ? [] : [problem(spanOf(raw ?? node), `${subject.name} ${message}`)];
  }

  private map(schema: JsonSchema, map: YAMLMap, subject: Subject): Problem[] {
    const properties = schema.properties ?? {};
    const entries = entriesOf(map);
    const present = new Set(entries.map(({ key }) => key));
    const absent = Object.keys(properties).filter((key) => !present.has(key));
    const missing = (schema.required ?? []).filter((key) => !present.has(key));
    const mistyped = new Set<string>();
    const found = entries.flatMap(({ key, keyNode, value }) => {
      const span = spanOf(keyNode);
      const below = Object.hasOwn(properties, key) ? properties[key]! : schema.additionalProperties;
      if (typeof below === 'object') return this.value(below, value, { name: `"${key}"`, span });
      if (below !== false) return [];
      const meant = nearest(key, absent);
      if (meant !== undefined) mistyped.add(meant);
      return [unknownKey(key, span, meant, absent)];
    });
    const gaps = missing
      .filter((key) => !mistyped.has(key))
      .map((key) => problem(subject.span, `"${key}" is missing${explained(properties[key], this.root)}`));
    return [...found, ...gaps];
  }

  private list(schema: JsonSchema, list: YAMLSeq, subject: Subject): Problem[] {
    const items = itemsOf(list);
    const count = items.length;
    const wanted =
      count < (schema.minItems ?? 0)
        ? `at least ${schema.minItems}`
        : count > (schema.maxItems ?? Infinity)
          ? `at most ${schema.maxItems}`
          : undefined;
    const size = wanted === undefined ? [] : [problem(spanOf(list), `${subject.name} must have ${wanted} items`)];
    const wrong = items.flatMap((item, i) => {
      const below = itemSchema(schema, i);
      const name = `Item ${i + 1} of ${subject.name}`;
      return below === undefined ? [] : this.value(below, item, { name, span: spanOf(item) });
    });
    return [...size, ...wrong];
  }

  private constant(allowed: readonly unknown[], node: Node): Problem[] {
    if (!isScalar(node) || allowed.includes(node.value)) return [];
    const text = String(node.value);
    const words = allowed.map(String);
    const meant = nearest(text, words);
    const message = `"${text}" is not one of ${words.join(', ')}`;
    return [{ ...problem(spanOf(node), message), ...replacement(meant) }];
  }

  private wrongType(branches: readonly JsonSchema[], node: Node | null, raw: Node | null, subject: Subject): Problem {
    const allowed = [...new Set(branches.flatMap(typesOf))].map(typeInWords);
    const span = raw === null || isEmpty(raw) ? subject.span : spanOf(raw);
    const is = node === null || isEmpty(node) ? 'is empty: it' : 'is';
    const must = `must be ${allowed.join(' or ')}${exampleOf(branches)}`;
    return problem(
      span,
      is === 'is' ? `${subject.name} ${must}, not ${typeInWords(typeOf(node))}` : `${subject.name} ${is} ${must}`,
    );
  }
}

function problem(span: Span, message: string): Problem {
  return { kind: 'schema', span, message };
}

function unknownKey(key: string, span: Span, meant: string | undefined, known: readonly string[]): Problem {
  const hint = known.length > 0 ? `; known here: ${known.join(', ')}` : '';
  const message = `Unknown key "${key}"${meant === undefined ? hint : `; did you mean "${meant}"?`}`;
  return { ...problem(span, message), ...replacement(meant) };
}

/** The fix that writes a name in the place of another. */
export function replacement(meant: string | undefined): Pick<Problem, 'fix'> {
  return meant === undefined ? {} : { fix: { title: `Change to "${meant}"`, text: quoted(meant) } };
}

function explained(schema: JsonSchema | undefined, root: JsonSchema): string {
  const description = schema && alternatives(schema, root)[0]?.description;
  return description === undefined ? '' : `: ${description}`;
}

/** ", such as [0.01, 0.05]" where a list of numbers is wanted and its default has some. */
function exampleOf(branches: readonly JsonSchema[]): string {
  const list = branches.find(({ items, default: usual }) => isNumeric(items) && Array.isArray(usual));
  const usual = (list?.default ?? []) as readonly unknown[];
  return usual.length > 0 ? `, such as [${usual.slice(-2).join(', ')}]` : '';
}

function isNumeric(items: JsonSchema['items']): boolean {
  return typeof items === 'object' && 'type' in items && ['number', 'integer'].includes(String(items.type));
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null;
}

function typeOf(node: Node | null): string {
  if (isMap(node)) return 'object';
  if (isSeq(node)) return 'array';
  const value: unknown = isScalar(node) ? node.value : null;
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function fits(schema: JsonSchema, node: Node | null): boolean {
  const types = typesOf(schema);
  const type = typeOf(node);
  return types.length === 0 || types.includes(type) || (type === 'integer' && types.includes('number'));
}

function outOfBounds(schema: JsonSchema, value: unknown): string | undefined {
  if (typeof value === 'string') {
    if (value.length < (schema.minLength ?? 0)) return 'is empty';
    const { pattern, patternErrorMessage: wanted } = schema;
    if (pattern === undefined || new RegExp(pattern, 'u').test(value)) return undefined;
    return wanted === undefined ? `does not match ${pattern}` : `is ${JSON.stringify(value)}: ${wanted}`;
  }
  if (typeof value !== 'number') return undefined;
  if (value < (schema.minimum ?? -Infinity)) return `must be at least ${schema.minimum}`;
  if (value > (schema.maximum ?? Infinity)) return `must be at most ${schema.maximum}`;
  if (value <= (schema.exclusiveMinimum ?? -Infinity)) return `must be above ${schema.exclusiveMinimum}`;
  if (value >= (schema.exclusiveMaximum ?? Infinity)) return `must be below ${schema.exclusiveMaximum}`;
  return undefined;
}
