import { readFileSync, writeFileSync } from 'node:fs';

export type Header = Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;

/** Rewrites a safetensors file after `change` has had its parsed header and its data bytes. */
export function rewrite(path: string, change: (header: Header, data: Buffer) => void): void {
  const file = readFileSync(path);
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + length)) as Header;
  const data = Buffer.from(file.subarray(8 + length));
  change(header, data);
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([prefix, json, data]));
}
