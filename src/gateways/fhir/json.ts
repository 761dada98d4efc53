import { isUtf8 } from 'node:buffer';

import type { Result } from '../../kernel/result.ts';
import { fail, ok } from '../../kernel/result.ts';
import { scanJson } from './json-scan.ts';
import type { Issue } from './operation-outcome.ts';

export type JsonObject = { readonly [member: string]: unknown };

/** A number that keeps its own text: `JSON.stringify` writes `rawJSON` unchanged. */
export type RawNumber = { readonly rawJSON: string };
export type JsonNumber = number | RawNumber;

type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown;

declare global {
  // TypeScript 7.0 does not declare these yet; Node 22 and later have them.
  interface JSON {
    parse(text: string, reviver: Reviver): unknown;
    rawJSON(text: string): RawNumber;
    isRawJSON(value: unknown): value is RawNumber;
  }
}

/**
 * Reads a body as the contract does: numbers keep their text, since a quantity is signed as it was
 * written, and secure `system` values of HL7 become the official ones [EPS-FHIR 1].
 */
export function parseFhirJson(body: Buffer): Result<JsonObject, Issue> {
  if (!isUtf8(body)) return notJson('not UTF-8');
  const scanned = scanJson(body);
  if (!scanned.ok) return notJson(scanned.error);
  const text = body.toString('utf8');
  const parsed = parse(text, scanned.value.hasLossyNumber);
  if (!parsed.ok) return notJson(parsed.error);
  if (!isJsonObject(parsed.value)) return notJson('the top level is not an object');
  if (scanned.value.hasEscape || hasSecureSystem(body)) rewriteSystems(parsed.value);
  return ok(parsed.value);
}

export function writeFhirJson(value: unknown): string {
  return JSON.stringify(value);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
  );
}

export function isJsonNumber(value: unknown): value is JsonNumber {
  return typeof value === 'number' || JSON.isRawJSON(value);
}

/** The number as the sender wrote it. */
export function decimalText(value: JsonNumber): string {
  return typeof value === 'number' ? String(value) : value.rawJSON;
}

function parse(text: string, hasLossyNumber: boolean): Result<unknown, string> {
  try {
    // The reviver costs several times the parse itself, and few messages need it.
    const value: unknown = hasLossyNumber ? JSON.parse(text, keepText) : JSON.parse(text);
    return ok(value);
  } catch (error) {
    return fail(withoutContent(error));
  }
}

function keepText(_name: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined) return value;
  return String(value) === context.source ? value : JSON.rawJSON(context.source);
}

// Every other message of V8 quotes a piece of the text, which may be a patient's name [RELIABILITY 7.5].
const SAFE_MESSAGE =
  /^(?:Expected|Unexpected (?:end|number|string|non-)|Bad|Untermi|No|Expon)[\w ,:'{}[\]()-]*$/;

function withoutContent(error: unknown): string {
  if (!(error instanceof SyntaxError)) throw error;
  return SAFE_MESSAGE.test(error.message) ? error.message : 'Unexpected token in JSON';
}

function notJson(message: string): Result<never, Issue> {
  const diagnostics = `Failed to parse JSON encoded FHIR content: ${message}`;
  return fail({ code: 'invalid', severity: 'error', diagnostics });
}

const SECURE_TERMINOLOGY = 'https://terminology.hl7.org/';
const SECURE_CODE_SYSTEM = 'https://hl7.org/fhir/CodeSystem';

function hasSecureSystem(text: Buffer): boolean {
  return text.includes(SECURE_TERMINOLOGY) || text.includes(SECURE_CODE_SYSTEM);
}

/** Changes the tree in place: it is ours alone until `parseFhirJson` returns it. */
function rewriteSystems(node: object): void {
  for (const name of Object.keys(node)) {
    const value: unknown = Reflect.get(node, name);
    if (typeof value === 'object' && value !== null) {
      if (!JSON.isRawJSON(value)) rewriteSystems(value);
    } else if (name === 'system' && typeof value === 'string' && hasSecureStart(value)) {
      Reflect.set(node, name, `http${value.slice('https'.length)}`);
    }
  }
}

function hasSecureStart(value: string): boolean {
  return value.startsWith(SECURE_TERMINOLOGY) || value.startsWith(SECURE_CODE_SYSTEM);
}
