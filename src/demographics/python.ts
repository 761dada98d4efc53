import { type Json, isMap } from './json.ts';

/** A value as Python writes it, which is how the service quotes values in its diagnostics [PDS 6.1, 7.1]. */
export function pythonLiteral(value: Json | undefined): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  const members = Object.entries(value).map(
    ([name, one]) => `${quoted(name)}: ${pythonLiteral(one)}`,
  );
  return `{${members.join(', ')}}`;
}

function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  if (text.includes("'") && !text.includes('"')) return `"${escaped}"`;
  return `'${escaped.replaceAll("'", "\\'")}'`;
}

/** The same, but of a text without quotation marks, as in a message of its own. */
export function pythonText(value: Json | undefined): string {
  return typeof value === 'string' ? value : pythonLiteral(value);
}

export function pythonClass(value: Json | undefined): string {
  if (value === null || value === undefined) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (isMap(value)) return 'dict';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return 'str';
}
