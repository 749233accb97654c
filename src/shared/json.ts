/**
 * JSON for result files: JSON knows no NaN and no infinity, and `JSON.stringify` would turn them into `null` in silence.
 */

/**
 * A copy of `value` that JSON can hold. A non-finite number becomes `null`, and its object gets a sibling
 * `<key>Reason` that says what it was; in an array (of any depth) the elements become `null` and the array's own key
 * gets the `Reason`, with how many there are and which is the first. A `Reason` that is there already is kept. Typed
 * arrays become arrays, `undefined` members are left out, keys keep their order.
 */
export function jsonable(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (isList(value)) return Array.from(value, (element) => jsonable(element) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    out[key] = jsonable(member);
    const reason = reasonFor(member);
    if (reason !== undefined && !(`${key}Reason` in value)) out[`${key}Reason`] = reason;
  }
  return out;
}

/** Pretty JSON, two spaces, with every array of plain values on one line, so that a diff shows one line per fact. */
export function formatJson(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((element) => typeof element !== 'object' || element === null)) {
      return `[${value.map((element) => formatJson(element)).join(', ')}]`;
    }
    return `[\n${value.map((element) => deeper + formatJson(element, deeper)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return '{}';
  const lines = members.map(([key, member]) => `${deeper}${JSON.stringify(key)}: ${formatJson(member, deeper)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function reasonFor(member: unknown): string | undefined {
  if (typeof member === 'number') return Number.isFinite(member) ? undefined : nameOf(member);
  if (!isList(member)) return undefined;
  const flat = flatten(member);
  const first = flat.findIndex(isNonFinite);
  if (first < 0) return undefined;
  const count = flat.filter(isNonFinite).length;
  return `${count} of ${flat.length} values are not finite; the first, at index ${first}, is ${nameOf(flat[first] as number)}`;
}

function flatten(list: ArrayLike<unknown>): unknown[] {
  return Array.from(list).flatMap((element) => (isList(element) ? flatten(element) : [element]));
}

function isNonFinite(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}

function nameOf(value: number): string {
  if (Number.isNaN(value)) return 'undefined (NaN)';
  return value > 0 ? 'positive infinity' : 'negative infinity';
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
