import { isMap, isScalar } from 'yaml';
import type { Document, YAMLMap } from 'yaml';
import { entriesOf, nodeAt } from './syntax';
import type { Path } from './syntax';

/** The part of JSON Schema (draft 7 and 2020-12) that describes our files. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $ref?: string;
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: boolean | JsonSchema | readonly JsonSchema[];
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  /** What a text must be instead, for people: editors show it by itself. */
  readonly patternErrorMessage?: string;
}

/** Follows a reference into the same schema (`#/definitions/x`); what stands beside the reference wins. */
export function dereferenced(schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...beside } = schema;
  const target = $ref
    .replace(/^#\/?/, '')
    .split('/')
    .filter((step) => step !== '')
    .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], root);
  return { ...dereferenced((target ?? {}) as JsonSchema, root), ...beside };
}

/** The schemas without alternatives that a schema stands for, each with the outer description where it has none. */
export function alternatives(schema: JsonSchema, root: JsonSchema): JsonSchema[] {
  const { anyOf, oneOf, allOf, ...own } = dereferenced(schema, root);
  const inner = [anyOf, oneOf].find((branches) => branches !== undefined);
  if (inner !== undefined) {
    return inner.flatMap((branch) =>
      alternatives(branch, root).map((one) => ({
        ...own,
        ...one,
        properties: { ...own.properties, ...one.properties },
      })),
    );
  }
  if (allOf === undefined) return [own];
  return [
    [own, ...allOf.flatMap((part) => alternatives(part, root))].reduce((all, part) => ({
      ...all,
      ...part,
      properties: { ...all.properties, ...part.properties },
    })),
  ];
}

/** What a schema says of the n-th item of a list. */
export function itemSchema({ items, prefixItems }: JsonSchema, index: number): JsonSchema | undefined {
  const fixed = prefixItems ?? (Array.isArray(items) ? (items as readonly JsonSchema[]) : undefined);
  if (fixed !== undefined && index < fixed.length) return fixed[index];
  return typeof items === 'object' && !Array.isArray(items) ? (items as JsonSchema) : undefined;
}

/**
 * What a schema says of the value at a path of a document: one schema for each alternative that goes with the keys which
 * stand there. Empty where it says nothing.
 * @param ignored a key that is being written and decides nothing
 */
export function schemasAt(root: JsonSchema, document: Document, path: Path, ignored?: string): JsonSchema[] {
  let schemas = fitting(alternatives(root, root), document, [], ignored);
  path.forEach((step, depth) => {
    const below = schemas.flatMap((schema) => {
      const next = typeof step === 'number' ? itemSchema(schema, step) : propertySchema(schema, step);
      return next === undefined ? [] : alternatives(next, root);
    });
    schemas = fitting(below, document, path.slice(0, depth + 1), ignored);
  });
  return schemas;
}

function propertySchema({ properties, additionalProperties }: JsonSchema, key: string): JsonSchema | undefined {
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/**
 * Of several alternatives for a map those whose constants it has: `analysis: align` leaves the one of that analysis. All
 * where none is left.
 */
export function chosenBy(map: YAMLMap, schemas: readonly JsonSchema[]): readonly JsonSchema[] {
  const agrees = ({ properties }: JsonSchema): boolean =>
    entriesOf(map).every(({ key, value }) => {
      const constant = properties?.[key]?.const;
      return constant === undefined || !isScalar(value) || value.value === constant;
    });
  const agreeing = schemas.filter(agrees);
  return agreeing.length > 0 ? agreeing : schemas;
}

/** Of several alternatives for a map those that know all its keys; all where none does. */
function fitting(all: JsonSchema[], document: Document, path: Path, ignored: string | undefined): JsonSchema[] {
  const node = nodeAt(document, path);
  if (!isMap(node) || all.length < 2) return all;
  const schemas = [...chosenBy(node, all)];
  const keys = entriesOf(node).flatMap(({ key }) => (key === ignored ? [] : [key]));
  const known = schemas.filter((schema) => keys.every((key) => propertySchema(schema, key) !== undefined));
  return known.length > 0 ? known : schemas;
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'empty',
};

/** A JSON type in words: "a list". */
export function typeInWords(type: string): string {
  return ARTICLES[type] ?? type;
}

/** The types that a schema allows; empty where it allows all. */
export function typesOf({ type, enum: values, const: value }: JsonSchema): string[] {
  if (type !== undefined) return typeof type === 'string' ? [type] : [...type];
  const constants = values ?? (value === undefined ? [] : [value]);
  return [...new Set(constants.map((constant) => (constant === null ? 'null' : typeof constant)))];
}

/** The values that a schema lists, where it lists them. */
export function constantsOf(schema: JsonSchema): readonly unknown[] {
  if (schema.enum !== undefined) return schema.enum;
  if (schema.const !== undefined) return [schema.const];
  return typesOf(schema).includes('boolean') ? [true, false] : [];
}
