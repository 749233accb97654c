// One file out of a ZIP archive (PKWARE APPNOTE 6.3.3; wheels are such archives), with what Node has.
import { open } from 'node:fs/promises';
import { inflateRaw } from 'node:zlib';
import { promisify } from 'node:util';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const STORED = 0;
const DEFLATED = 8;

/** The unpacked bytes of the entry `name`. Archives below 4 GB (no ZIP64). */
export async function readZipEntry(path, name) {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const entry = entriesOf(await readDirectory(file, size)).find((candidate) => candidate.name === name);
    if (entry === undefined) throw new Error(`${path} does not hold ${name}`);
    const local = await readAt(file, entry.offset, 30);
    if (local.readUInt32LE(0) !== LOCAL) throw new Error(`${path} is damaged at ${name}`);
    const data = await readAt(file, entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28), entry.packed);
    if (entry.method === STORED) return data;
    if (entry.method === DEFLATED) return await promisify(inflateRaw)(data);
    throw new Error(`${path} packs ${name} by the unknown method ${entry.method}`);
  } finally {
    await file.close();
  }
}

async function readDirectory(file, size) {
  const tail = await readAt(file, Math.max(0, size - END_BYTES - 0xffff), Math.min(size, END_BYTES + 0xffff));
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) === END) return readAt(file, tail.readUInt32LE(at + 16), tail.readUInt32LE(at + 12));
  }
  throw new Error('the archive has no directory: it is damaged');
}

function entriesOf(directory) {
  const entries = [];
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === ENTRY;) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset));
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameBytes),
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

async function readAt(file, position, length) {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead !== length) throw new Error('the archive is truncated');
  return buffer;
}
