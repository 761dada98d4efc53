import type { Element } from '../../gateways/xml/element.ts';
import type { Instant } from '../../kernel/instant.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import { FIRST_ISSUE } from '../issues.ts';
import { type OdsCode, parseOdsCode } from '../ods-code.ts';
import type { Rejection } from '../rejections.ts';
import { agentFault } from './agent-fault.ts';
import { OID } from './oids.ts';
import { odsOf, organisationIn } from './read-people.ts';
import type { Reading } from './reading.ts';
import { unprocessable } from './received.ts';
import { readTime } from './time.ts';

/* Values that messages of all kinds have, as Spine looks at them [EPS-HL7V3 6.10]. Null: not told, or told twice. */

const SHORT_FORM_CHARACTERS = 20;
/** Of a prescription of release 1. */
const OLD_ID = /^\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?$/;

/** The id of the prescription that a message is about; an id of release 1 stands in the root alone. */
export function prescriptionIdIn(
  from: Reading,
  observation: Element | null,
  ...roots: readonly string[]
): string | null {
  if (observation === null) return null;
  const [value, other] = from.all(observation, 'value');
  if (value === undefined || other !== undefined) return null;
  const { root = '', extension } = value.attributes;
  if (extension === undefined) return OLD_ID.test(root) ? root : null;
  const isShort = extension.length === SHORT_FORM_CHARACTERS;
  return isShort && [OID.shortForm, ...roots].includes(root) ? extension : null;
}

/** The code of an observation that is told once, of its list. */
export function codeIn(
  from: Reading,
  observation: Element | null,
  codeSystem: string,
): string | null {
  if (observation === null) return null;
  const [value, other] = from.all(observation, 'value');
  if (value === undefined || other !== undefined) return null;
  const { code, codeSystem: system } = value.attributes;
  return code !== undefined && code !== '' && system === codeSystem ? code : null;
}

/** `effectiveTime` of an act. */
export function timeIn(from: Reading, act: Element): Instant | null {
  return readTime(from.at(act, 'effectiveTime')?.attributes['value'] ?? '');
}

/** The NHS number of the patient whom a pharmacy's message names. */
export function nhsNumberIn(from: Reading, act: Element): string | null {
  const patient =
    from.at(act, 'recordTarget', 'patient') ?? from.at(act, 'recordTarget', 'Patient');
  if (patient === null) return null;
  const [id] = from.all(patient, 'id');
  const { root, extension = '' } = id?.attributes ?? {};
  return root === OID.nhsNumber && extension !== '' ? extension : null;
}

/** The issue that a message names; null when it names none. */
export function issueIn(from: Reading, value: Element | null): Result<number | null, Rejection> {
  if (value === null) return ok(null);
  const text = from.attribute(value, 'value');
  return /^\d{1,2}$/.test(text)
    ? ok(Number(text))
    : fail(unprocessable(`repeat instance ${text} is not an issue`));
}

/** The issue of a return or of a history. */
export function issueOrFirst(from: Reading, act: Element): Result<number, Rejection> {
  const instance = from.at(act, 'pertinentInformation2', 'pertinentRepeatInstanceInfo');
  const told = issueIn(from, instance === null ? null : from.only(instance, 'value'));
  return told.ok ? ok(told.value ?? FIRST_ISSUE) : told;
}

/** The organisation that a pharmacy's person acts for, if Spine is told all that it wants to know of both. */
export function pharmacyOf(from: Reading, agent: Element | null): Result<OdsCode, Rejection> {
  const unknown = agentFault(from, agent, 'dispensing');
  if (agent === null || unknown !== null) return fail(unprocessable(unknown ?? ''));
  return odsCode(odsOf(from, organisationIn(from, agent)));
}

/** The message that an amendment replaces; null for a message that is none. */
export function replacedBy(from: Reading, act: Element): Result<Uuid | null, Rejection> {
  const [replacement, other] = from.all(act, 'replacementOf');
  if (replacement === undefined) return ok(null);
  if (other !== undefined)
    return fail(unprocessable('a single replacementOf target may be provided'));
  const id = from.at(replacement, 'priorMessageRef', 'id');
  const replaced = parseUuid(id?.attributes['root'] ?? '');
  return replaced === null
    ? fail(unprocessable('replacementOf target must be a 36-character GUID'))
    : ok(replaced);
}

function odsCode(text: string): Result<OdsCode, Rejection> {
  const ods = parseOdsCode(text);
  return ods === null ? fail(unprocessable('agentOrganization has invalid format')) : ok(ods);
}
