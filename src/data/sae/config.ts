import { join } from 'node:path';
import { UserError, messageOf } from '../../shared/errors';
import { readBytes } from '../files';

/** The name that SAELens and sparsify both give to the file beside the weights. */
export const CONFIG_FILE = 'cfg.json';

/** The fields of an SAE's `cfg.json`; `null` counts as absent. */
export interface SaeConfig {
  readonly file: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The first of these that is there. */
  find(...names: readonly string[]): unknown;
  /** @throws UserError where it is no text */
  text(...names: readonly string[]): string | undefined;
  /** @throws UserError where it is not true or false */
  flag(name: string, otherwise: boolean): boolean;
  /** A whole number above 0. @throws UserError where it is missing or anything else */
  count(...names: readonly string[]): number;
  /** The error for a field's value. */
  refuse(name: string, what: string, remedy: string): UserError;
}

/** Reads the `cfg.json` of an SAE's folder. @throws UserError where it is missing or no JSON object */
export async function readSaeConfig(folder: string): Promise<SaeConfig> {
  const file = join(folder, CONFIG_FILE);
  const text = new TextDecoder().decode(await readBytes(file));
  try {
    const fields: unknown = JSON.parse(text);
    if (isRecord(fields)) return configOf(file, fields);
  } catch (error) {
    throw new UserError(`${file} is no JSON: ${messageOf(error)}`, 'Download or save the SAE again.');
  }
  throw new UserError(`${file} holds no JSON object`, 'Download or save the SAE again.');
}

/** Accessors to the fields of a config; messages name the file. */
export function configOf(file: string, fields: Readonly<Record<string, unknown>>): SaeConfig {
  const present = (names: readonly string[]): string | undefined =>
    names.find((name) => fields[name] !== undefined && fields[name] !== null);
  const refuse = (name: string, what: string, remedy: string): UserError => {
    return new UserError(`${file}: ${name} ${what}`, remedy);
  };
  const find = (...names: readonly string[]): unknown => fields[present(names) ?? ''];
  const wrong = (name: string, wanted: string): UserError =>
    refuse(name, `is ${JSON.stringify(fields[name])}, not ${wanted}`, 'Correct the field, or save the SAE again.');
  return {
    file,
    fields,
    find,
    refuse,
    text: (...names) => {
      const name = present(names);
      if (name === undefined) return undefined;
      const value = fields[name];
      if (typeof value !== 'string') throw wrong(name, 'a text');
      return value;
    },
    flag: (name, otherwise) => {
      const value = find(name) ?? otherwise;
      if (typeof value !== 'boolean') throw wrong(name, 'true or false');
      return value;
    },
    count: (...names) => {
      const name = present(names);
      if (name === undefined) {
        throw new UserError(`${file} has no field ${names[0]}`, 'Get the config that belongs to these weights.');
      }
      const value = fields[name];
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
        throw wrong(name, 'a whole number above 0');
      return value;
    },
  };
}

/** Whether a JSON value is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
