import { isAbsolute, resolve } from 'node:path';
import { counted } from '../../shared/words';

/** Names shown in a warning before "and n more". */
const SHOWN = 5;

/** What a reading of a dataset gathers: the files it touched and what a person must know. */
export interface Reading {
  /** Folder that the manifest's paths are relative to. */
  readonly folder: string;
  readonly files: { path: string; role: string }[];
  readonly warnings: string[];
}

/** The absolute path of a file of the manifest, noted under its role. */
export function fileOf(reading: Reading, path: string, role: string): string {
  const absolute = isAbsolute(path) ? path : resolve(reading.folder, path);
  if (!reading.files.some((file) => file.path === absolute && file.role === role)) {
    reading.files.push({ path: absolute, role });
  }
  return absolute;
}

/** "B.1, B.2, B.3, B.4, B.5 and 12 more" */
export function firstFive(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}

/** "3 units (a, b, c)" */
export function countedNames(names: readonly string[], noun: string): string {
  return `${counted(names.length, noun)} (${firstFive(names)})`;
}
