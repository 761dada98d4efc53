import { JsonReader } from '../../kernel/json-reader.ts';
import { type LondonDate, parseLondonDate } from '../../kernel/london.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { ODS_CODE } from '../organisation.ts';
import {
  type Days,
  type OdsItem,
  type OdsRecord,
  recordFault,
  type Role,
  type RowFault,
} from './record.ts';

const CODE_SYSTEM = 'https://fhir.nhs.uk/Id/ods-organization-code';
const ODS_SYSTEMS = 'https://digital.nhs.uk/services/organisation-data-service/CodeSystem';
const ROLE_EXTENSION = 'Extension-England-OrganisationRole';
const PERIOD_EXTENSION = 'Extension-England-TypedPeriod';
const ANY = { test: () => true };
const DAY = /^\d{4}-\d{2}-\d{2}/;

/** Reads an Organization of the FHIR interface [SDS 2.2]. */
export function readOrganization(value: unknown): Result<OdsItem, RowFault> {
  const problems: string[] = [];
  const from = new JsonReader(value, 'Organization', problems);
  const ods = codeOf(from.each('identifier', readIdentifier));
  const extensions = from.each('extension', readExtension);
  const { startsOn: openedOn, endsOn: closedOn } = daysOf(extensions);
  const changed = from.object('meta', (meta) =>
    meta.optionalText('lastUpdated', DAY, 'an instant'),
  );
  const record: OdsRecord = {
    ods,
    name: from.text('name', ANY, 'a name').trim(),
    recordClass: classOf(from),
    isActive: from.isTrue('active'),
    ...addressOf(from),
    ...contactsOf(from),
    openedOn,
    closedOn,
    lastChangedOn: changed === null ? null : parseLondonDate(changed.slice(0, 10)),
    roles: withPrimary(
      extensions.flatMap((one) => (one.url.endsWith(ROLE_EXTENSION) ? [roleOf(one)] : [])),
    ),
  };
  const reason = problems[0] ?? recordFault(record, ODS_CODE) ?? shapeFault(record);
  if (reason !== null) return fail({ ods: ODS_CODE.test(ods) ? ods : null, reason });
  return ok({ record, links: [], refused: [] });
}

function shapeFault({ roles, isActive, closedOn }: OdsRecord): string | null {
  if (roles.length === 0) return 'it has no role, and exactly one must be primary';
  if (!roles.every(({ roleId }) => /^RO\d{1,4}$/.test(roleId)))
    return 'a role has no code, as RO182';
  return !isActive && closedOn === null
    ? 'it is not active, and no operational period says since when'
    : null;
}

/** Reads an OrganizationAffiliation: what one organisation is to another one [SDS 2.2]. */
export function readAffiliation(value: unknown): Result<OdsItem, RowFault> {
  const problems: string[] = [];
  const from = new JsonReader(value, 'OrganizationAffiliation', problems);
  const ods = from.object('participatingOrganization', readReference);
  const target = from.object('organization', readReference);
  const codes = from.each('code', (code) =>
    code.each('coding', (coding) => coding.text('code', ANY, 'a code')),
  );
  const relationId = codes.flat().find((code) => /^RE\d{1,4}$/.test(code)) ?? '';
  const days = from.object('period', readPeriod);
  const id = from.text('id', /^[A-Za-z0-9.-]{1,64}$/, 'an id');
  const isActive = from.isTrue('active');
  const wrong = (reason: string) => fail({ ods: ODS_CODE.test(ods) ? ods : null, reason });
  const [problem] = problems;
  if (problem !== undefined) return wrong(problem);
  if (!ODS_CODE.test(ods) || !ODS_CODE.test(target))
    return wrong('its organisations are not named by ODS codes');
  if (relationId === '') return wrong('its code is no relation, as RE6');
  if (ods === target) return wrong('it is of an organisation with itself');
  const link = {
    kind: 'relation',
    ods,
    target,
    uniqueId: id,
    relationId,
    isActive,
    ...days,
  } as const;
  return ok({ record: null, links: [link], refused: [] });
}

type Identifier = { readonly system: string; readonly value: string };

function readIdentifier(from: JsonReader): Identifier {
  return {
    system: from.optionalText('system', ANY, 'a text') ?? '',
    value: from.optionalText('value', ANY, 'a text') ?? '',
  };
}

function codeOf(identifiers: readonly Identifier[]): string {
  return identifiers.find(({ system }) => system === CODE_SYSTEM)?.value.toUpperCase() ?? '';
}

/** By identifier, or `Organization/FA565`. */
function readReference(from: JsonReader): string {
  const named = from.object('identifier', readIdentifier);
  if (named.value !== '') return codeOf([named]);
  return (
    (from.optionalText('reference', ANY, 'a text') ?? '').split('/').at(-1)?.toUpperCase() ?? ''
  );
}

type Extension = {
  readonly url: string;
  /** A code, a number or a truth, as a text. */
  readonly value: string;
  readonly period: Days | null;
  readonly parts: readonly Extension[];
};

function readExtension(from: JsonReader): Extension {
  const simple = ['valueString', 'valueCode', 'valueInteger', 'valueBoolean'].map((name) =>
    simpleText(from.value(name)),
  );
  const coded = from.object('valueCoding', (coding) => coding.optionalText('code', ANY, 'a code'));
  return {
    url: from.text('url', ANY, 'an address'),
    value: simple.find((text) => text !== null) ?? coded ?? '',
    period: from.value('valuePeriod') === undefined ? null : from.object('valuePeriod', readPeriod),
    parts: from.each('extension', readExtension),
  };
}

function simpleText(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : null;
}

function readPeriod(from: JsonReader): Days {
  return { startsOn: dayOf(from, 'start'), endsOn: dayOf(from, 'end') };
}

function dayOf(from: JsonReader, name: string): LondonDate | null {
  const text = from.optionalText(name, DAY, 'a day');
  const day = text === null ? null : parseLondonDate(text.slice(0, 10));
  if (text !== null && day === null) from.problem(name, 'must be a day of the calendar');
  return day;
}

/** The operational period; where none says its kind, the first. */
function daysOf(extensions: readonly Extension[]): Days {
  const periods = extensions
    .filter(({ url }) => url.endsWith(PERIOD_EXTENSION) || url === 'TypedPeriod')
    .map(({ parts }) => ({
      kind: parts.find(({ period }) => period === null)?.value ?? '',
      days: parts.find(({ period }) => period !== null)?.period ?? null,
    }));
  const operational = periods.find(({ kind }) => kind === 'Operational') ?? periods[0];
  return operational?.days ?? { startsOn: null, endsOn: null };
}

function roleOf({ parts }: Extension): Role {
  const part = (name: string): string => parts.find(({ url }) => url === name)?.value ?? '';
  const roleId = part('roleCode');
  return {
    roleId,
    uniqueId: part('instanceID') === '' ? roleId : part('instanceID'),
    isPrimary: part('primaryRole') === 'true',
    isActive: part('active') === 'true',
    ...daysOf(parts),
  };
}

/** Where no role says that it is the primary one, the first is. */
function withPrimary(roles: readonly Role[]): Role[] {
  const isSaid = roles.some(({ isPrimary }) => isPrimary);
  return roles.map((role, at) => ({ ...role, isPrimary: isSaid ? role.isPrimary : at === 0 }));
}

function classOf(from: JsonReader): 1 | 2 | null {
  const codings = from.each('type', (type) =>
    type.each('coding', (coding) => [
      coding.optionalText('system', ANY, 'a text'),
      coding.optionalText('code', ANY, 'a code'),
    ]),
  );
  const code = codings.flat().find(([system]) => system === `${ODS_SYSTEMS}/ODSRecordClass`)?.[1];
  if (code === '1') return 1;
  return code === '2' ? 2 : null;
}

function addressOf(
  from: JsonReader,
): Pick<OdsRecord, 'addressLines' | 'city' | 'county' | 'postcode' | 'country'> {
  const [address] = from.each('address', (one) => {
    const part = (name: string): string => (one.optionalText(name, ANY, 'a text') ?? '').trim();
    return {
      addressLines: one.texts('line', ANY, 'a text').filter(Boolean),
      city: part('city'),
      county: part('district'),
      postcode: part('postalCode').toUpperCase(),
      country: part('country'),
    };
  });
  return address ?? { addressLines: [], city: '', county: '', postcode: '', country: '' };
}

function contactsOf(from: JsonReader): Pick<OdsRecord, 'telephone' | 'contacts'> {
  const all = from.each('telecom', (one) => ({
    kind: one.optionalText('system', ANY, 'a text') ?? '',
    value: one.optionalText('value', ANY, 'a text') ?? '',
  }));
  const telephone = all.find(({ kind }) => kind === 'phone') ?? null;
  return { telephone: telephone?.value ?? null, contacts: all.filter((one) => one !== telephone) };
}
