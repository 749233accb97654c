import { Option } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { flagOf } from '../shared/analysis';
import type { AnalysisSpec } from '../shared/analysis';
import { UserError } from '../shared/errors';

/** The part of JSON Schema that specs use. */
interface Property {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Property;
  readonly anyOf?: readonly Property[];
  readonly default?: unknown;
  readonly description?: string;
}

/** Adds one option per field of an analysis' spec, with its description and default, from the spec's JSON Schema. */
export function addSpecOptions(command: Command, analysis: AnalysisSpec): void {
  const schema = z.toJSONSchema(analysis.spec, { io: 'input' });
  const required = new Set(schema.required);
  for (const [field, property] of Object.entries(schema.properties ?? {})) {
    command.addOption(optionOf(analysis, field, property as Property, required.has(field)));
  }
}

/** The fields of the spec that were given on the command line; all else is left to the spec's defaults. */
export function specInput(command: Command, analysis: AnalysisSpec): Record<string, unknown> {
  const fields = Object.keys(z.toJSONSchema(analysis.spec, { io: 'input' }).properties ?? {});
  const given: Record<string, unknown> = {};
  for (const field of fields) {
    if (command.getOptionValueSource(field) === 'cli') given[field] = command.getOptionValue(field);
  }
  return given;
}

function optionOf({ id, paths }: AnalysisSpec, field: string, property: Property, required: boolean): Option {
  const isPath = paths.includes(field);
  const help = `See brainlens ${id} --help.`;
  const kind = kindOf(property);
  const option = new Option(
    `${flagOf(field)}${isPath && kind === 'text' ? ' <path>' : PLACEHOLDERS[kind](property)}`,
    describe(property, required),
  );
  if (kind === 'number') option.argParser((text: string) => parseNumber(field, text, help));
  if (kind === 'numbers') option.argParser((text: string) => parseNumbers(field, text, help));
  if (kind === 'choice') option.argParser((text: string) => parseChoice(field, text, property.enum!.map(String), help));
  if (kind === 'choices') {
    const choices = property.items!.enum!.map(String);
    option.argParser((text: string) => text.split(',').map((part) => parseChoice(field, part.trim(), choices, help)));
  }
  return option;
}

type Kind = 'flag' | 'number' | 'numbers' | 'choice' | 'choices' | 'texts' | 'text';

const PLACEHOLDERS: Readonly<Record<Kind, (property: Property) => string>> = {
  flag: () => '',
  number: () => ' <number>',
  numbers: () => ' <numbers>',
  choice: (property) => ` <${property.enum!.join('|')}>`,
  choices: (property) => ` <${property.items!.enum!.join(',')}>`,
  texts: () => ' <paths...>',
  text: () => ' <text>',
};

function kindOf(property: Property): Kind {
  if (property.enum !== undefined) return 'choice';
  if (property.type === 'boolean') return 'flag';
  if (isNumeric(property)) return 'number';
  if (property.items?.enum !== undefined) return 'choices';
  if (property.type === 'array') return isNumeric(property.items) ? 'numbers' : 'texts';
  return 'text';
}

function isNumeric(property: Property | undefined): boolean {
  return property?.type === 'number' || property?.type === 'integer';
}

function describe(property: Property, required: boolean): string {
  const { description = '', default: preset } = property;
  if (required) return `${description} (required)`;
  if (preset === undefined || preset === false) return description;
  return `${description} (default: ${Array.isArray(preset) ? preset.join(',') : String(preset)})`;
}

function parseNumber(field: string, text: string, help: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new UserError(`${flagOf(field)} "${text}" is not a number`, help);
}

function parseNumbers(field: string, text: string, help: string): number[] {
  return text.split(',').map((part) => parseNumber(field, part, help));
}

function parseChoice(field: string, text: string, choices: readonly string[], help: string): string {
  if (choices.includes(text)) return text;
  throw new UserError(`${flagOf(field)} "${text}" is not one of ${choices.join(', ')}`, help);
}
