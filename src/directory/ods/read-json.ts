import { isUtf8 } from 'node:buffer';

import { fail, type Result } from '../../kernel/result.ts';
import { readAffiliation, readOrganization } from './read-fhir.ts';
import { readOrd } from './read-ord.ts';
import type { OdsItem, RowFault } from './record.ts';

/** Reads one value of a file: a record of ORD, or a resource of FHIR [SDS 2.1, 2.2]. */
export function readJsonValue(bytes: Buffer): Result<OdsItem, RowFault> {
  if (!isUtf8(bytes)) return wrong('it is not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return wrong('it is no JSON');
  }
  const { Organisation: ord, resourceType, resource } = membersOf(value);
  if (ord !== undefined) return readOrd(ord);
  const whole = resource ?? value;
  const kind = resourceType ?? membersOf(resource).resourceType;
  if (kind === 'Organization') return readOrganization(whole);
  if (kind === 'OrganizationAffiliation') return readAffiliation(whole);
  return wrong(
    'it is neither a record of ORD nor an Organization or OrganizationAffiliation of FHIR',
  );
}

function wrong(reason: string): Result<never, RowFault> {
  return fail({ ods: null, reason });
}

type Members = {
  readonly Organisation?: unknown;
  readonly resourceType?: unknown;
  readonly resource?: unknown;
};

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? value : {};
}
