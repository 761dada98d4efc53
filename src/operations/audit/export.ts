import { parsedJson, readSeal, type Seal } from '../../platform/audit/seal.ts';

/** First line of an export: its form, and which seals follow, each with its rows, a line each. */
export function headLine(first: number, last: number): string {
  return JSON.stringify({ openSpineAudit: 1, first, last });
}

const SEAL_BEGINNING = '{"seal":';

/** The line of a seal, with what it is over in base64, null once that was purged; its rows follow it. */
export function sealLine(seal: Seal, sealed: Buffer | null): string {
  return `${SEAL_BEGINNING}${JSON.stringify(seal)},"sealed":${JSON.stringify(sealed?.toString('base64') ?? null)}}`;
}

/** Number of the last seal; null when the line is no head. */
export function readHead(line: string): number | null {
  const value = parsedJson(line);
  const isHead = typeof value === 'object' && value !== null && 'openSpineAudit' in value;
  return isHead && 'last' in value && typeof value.last === 'number' ? value.last : null;
}

/** Null when the line is that of a row. */
export function readSealLine(
  line: string,
): { readonly seal: Seal; readonly sealed: Buffer | null } | null {
  const value = line.startsWith(SEAL_BEGINNING) ? parsedJson(line) : null;
  if (typeof value !== 'object' || value === null || !('seal' in value)) return null;
  const seal = readSeal(value.seal);
  if (seal === null) return null;
  const sealed = 'sealed' in value && typeof value.sealed === 'string' ? value.sealed : null;
  return { seal, sealed: sealed === null ? null : Buffer.from(sealed, 'base64') };
}
