/** Powers of 1000, or of 1024 with an i: "4GB", "4G", "4GiB". */
const PREFIXES = ['', 'k', 'm', 'g', 't'];

/** Share of the machine's memory that a run may use unless told. */
const DEFAULT_SHARE = 0.6;

/** Bytes of "4GB", "1.5 GiB", "800MB" or a bare number of bytes; `undefined` for anything else, and for none. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?))?b?$/i.exec(text.trim());
  if (match === null) return undefined;
  const power = PREFIXES.indexOf((match[2] ?? '').toLowerCase());
  const bytes = Math.floor(Number(match[1]) * (match[3] ? 1024 : 1000) ** power);
  return bytes > 0 ? bytes : undefined;
}

/**
 * Memory budget in bytes where none is set: 60 % of a container's limit where there is one, else of the RAM.
 * @param limit bytes of the limit, 0 where there is none
 * @param all bytes of RAM
 */
export function defaultBudget(limit: number, all: number): number {
  return Math.floor(DEFAULT_SHARE * (limit > 0 && limit < all ? limit : all));
}
