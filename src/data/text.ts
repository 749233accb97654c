import { UserError } from '../shared/errors';

/** Files that people name `.csv` by mistake, by their first bytes. */
const KNOWN_BINARIES: readonly { readonly start: readonly number[]; readonly what: string; readonly remedy: string }[] =
  [
    {
      start: [0x50, 0x4b, 0x03, 0x04],
      what: 'an Excel workbook or another zip archive',
      remedy: 'Save it as CSV (UTF-8).',
    },
    { start: [0xd0, 0xcf, 0x11, 0xe0], what: 'an old Excel workbook', remedy: 'Save it as CSV (UTF-8).' },
    { start: [0x50, 0x41, 0x52, 0x31], what: 'a Parquet file', remedy: 'Name it .parquet.' },
    { start: [0x1f, 0x8b], what: 'a gzip archive', remedy: 'Unpack it first.' },
  ];

const UTF16 = 'Save it as UTF-8.';

/**
 * Text of a UTF-8 file, without a byte-order mark.
 * @param name what messages call the file
 * @throws UserError that names the encoding for UTF-16/32, probable Latin-1 and binary files
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  refuseOtherEncodings(bytes, name);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(
      `${name} is not UTF-8 (line ${lineOfFirstBadByte(bytes)}); it is probably Latin-1 or Windows-1252`,
      'Save it as UTF-8, for example with: iconv -f WINDOWS-1252 -t UTF-8.',
    );
  }
}

function refuseOtherEncodings(bytes: Uint8Array, name: string): void {
  const starts = (...start: readonly number[]): boolean => start.every((byte, i) => bytes[i] === byte);
  if (starts(0xff, 0xfe, 0, 0) || starts(0, 0, 0xfe, 0xff)) throw new UserError(`${name} is UTF-32`, UTF16);
  if (starts(0xff, 0xfe)) throw new UserError(`${name} is UTF-16 (little-endian)`, UTF16);
  if (starts(0xfe, 0xff)) throw new UserError(`${name} is UTF-16 (big-endian)`, UTF16);
  const known = KNOWN_BINARIES.find(({ start }) => starts(...start));
  if (known !== undefined) throw new UserError(`${name} is ${known.what}, not text`, known.remedy);
  const control = bytes.findIndex((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b));
  if (control >= 0) {
    const zero = bytes[control] === 0 ? 'a zero byte' : 'a control character';
    throw new UserError(
      `${name} is a binary file, not text (${zero} at byte ${control})`,
      'Give a text file in UTF-8.',
    );
  }
}

function lineOfFirstBadByte(bytes: Uint8Array): number {
  let lines = 1;
  let start = 0;
  for (let end = bytes.indexOf(0x0a); ; end = bytes.indexOf(0x0a, start)) {
    const line = bytes.subarray(start, end < 0 ? bytes.length : end);
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(line);
    } catch {
      return lines;
    }
    if (end < 0) return lines;
    start = end + 1;
    lines += 1;
  }
}
