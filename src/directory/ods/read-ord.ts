import { JsonReader } from '../../kernel/json-reader.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { ODS_CODE } from '../organisation.ts';
import {
  type Days,
  type Link,
  type OdsItem,
  recordFault,
  type Role,
  type RowFault,
} from './record.ts';

const CODE = { test: (text: string) => ODS_CODE.test(text.toUpperCase()) };
const ANY = { test: () => true };
const NO_DAYS: Days = { startsOn: null, endsOn: null };

/** Reads the value of `Organisation` of a record of the ORD interface [SDS 2.1]. */
export function readOrd(value: unknown): Result<OdsItem, RowFault> {
  const problems: string[] = [];
  const from = new JsonReader(value, 'Organisation', problems);
  const ods = from.object('OrgId', codeOf);
  const refused: string[] = [];
  const record = {
    ods,
    name: from.text('Name', ANY, 'a name').trim(),
    recordClass:
      from.one('orgRecordClass', ['RC1', 'RC2'], 'RC1') === 'RC1' ? (1 as const) : (2 as const),
    isActive: readStatus(from),
    ...from.object('GeoLoc', (geo) => geo.object('Location', readAddress)),
    ...from.object('Contacts', readContacts),
    ...openingOf(readDays(from)),
    lastChangedOn: from.optionalDay('LastChangeDate'),
    roles: from.object('Roles', (roles) => roles.each('Role', readRole)),
  };
  const relations = from.object('Rels', (rels) =>
    rels.each('Rel', (rel) => readRelation(rel, ods)),
  );
  const successions = from.object('Succs', (succs) =>
    succs.each('Succ', (succ) => readSuccession(succ, ods)),
  );
  const reason = problems[0] ?? recordFault(record, ODS_CODE) ?? shapeFault(record);
  if (reason !== null) return fail({ ods: ODS_CODE.test(ods) ? ods : null, reason });
  const links = [...oneOwner(relations, isPharmacy(record.roles), refused), ...successions];
  const toItself = links.filter(({ ods: one, target }) => one === target);
  refused.push(...toItself.map(({ kind }) => `a ${kind} of it to itself is left out`));
  return ok({ record, links: links.filter((link) => !toItself.includes(link)), refused });
}

function shapeFault({
  roles,
  isActive,
  closedOn,
}: {
  readonly roles: readonly Role[];
  readonly isActive: boolean;
  readonly closedOn: unknown;
}): string | null {
  if (roles.length === 0) return 'it has no role, and exactly one must be primary';
  return !isActive && closedOn === null
    ? 'it is not active, and no operational period says since when'
    : null;
}

function codeOf(from: JsonReader): string {
  return from.text('extension', CODE, 'an ODS code').toUpperCase();
}

function readStatus(from: JsonReader): boolean {
  return from.text('Status', /^(Active|Inactive)$/, 'Active or Inactive') === 'Active';
}

type Period = Days & { readonly type: string };

function readDays(from: JsonReader): Period[] {
  return from.each('Date', (date) => ({
    type: date.text('Type', /^(Operational|Legal)$/, 'Operational or Legal'),
    startsOn: date.optionalDay('Start'),
    endsOn: date.optionalDay('End'),
  }));
}

/** The operational period counts; of several, the one that begins last. */
function daysOf(periods: readonly Period[]): Days {
  const operational = periods.filter(({ type }) => type === 'Operational');
  const known = operational.length > 0 ? operational : periods;
  const [last] = known.toSorted((one, other) =>
    (other.startsOn ?? '').localeCompare(one.startsOn ?? ''),
  );
  return last === undefined ? NO_DAYS : { startsOn: last.startsOn, endsOn: last.endsOn };
}

function openingOf(periods: readonly Period[]) {
  const { startsOn: openedOn, endsOn: closedOn } = daysOf(periods);
  return { openedOn, closedOn };
}

function readAddress(from: JsonReader) {
  const part = (name: string): string => (from.optionalText(name, ANY, 'a text') ?? '').trim();
  return {
    addressLines: ['AddrLn1', 'AddrLn2', 'AddrLn3'].map(part).filter(Boolean),
    city: part('Town'),
    county: part('County'),
    postcode: part('PostCode').toUpperCase(),
    country: part('Country'),
  };
}

function readContacts(from: JsonReader) {
  const all = from.each('Contact', (contact) => ({
    kind: contact.text('type', /^[a-z]{1,20}$/, 'a word'),
    value: contact.text('value', ANY, 'a text'),
  }));
  const telephone = all.find(({ kind }) => kind === 'tel') ?? null;
  return { telephone: telephone?.value ?? null, contacts: all.filter((one) => one !== telephone) };
}

function readRole(from: JsonReader): Role {
  return {
    roleId: from.text('id', /^RO\d{1,4}$/, 'a role, as RO182'),
    uniqueId: numberOf(from, 'uniqueRoleId'),
    isPrimary: from.isTrue('primaryRole'),
    isActive: readStatus(from),
    ...daysOf(readDays(from)),
  };
}

function readRelation(from: JsonReader, ods: string): Link {
  return {
    kind: 'relation',
    ods,
    relationId: from.text('id', /^RE\d{1,4}$/, 'a relation, as RE6'),
    uniqueId: numberOf(from, 'uniqueRelId'),
    isActive: readStatus(from),
    ...daysOf(readDays(from)),
    target: from.object('Target', (target) => target.object('OrgId', codeOf)),
  };
}

/** Both records tell of a succession; it is one, from the one that went before. */
function readSuccession(from: JsonReader, ods: string): Link {
  const isBefore =
    from.text('Type', /^(Predecessor|Successor)$/, 'Predecessor or Successor') === 'Predecessor';
  const other = from.object('Target', (target) => target.object('OrgId', codeOf));
  const [predecessor, successor] = isBefore ? [other, ods] : [ods, other];
  return {
    kind: 'succession',
    ods: predecessor,
    target: successor,
    uniqueId: successor,
    relationId: null,
    isActive: true,
    ...daysOf(readDays(from)),
  };
}

/** Told as a number or as a text. */
function numberOf(from: JsonReader, name: string): string {
  const value = from.value(name);
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return String(value);
  return from.text(name, /^\d{1,15}$/, 'a number');
}

function isPharmacy(roles: readonly Role[]): boolean {
  return roles.some(({ roleId, isPrimary }) => isPrimary && roleId === 'RO182');
}

/** A pharmacy has one owner at a time (RE6): of several that count, the one that came last [SDS 3]. */
function oneOwner(relations: readonly Link[], isOfPharmacy: boolean, refused: string[]): Link[] {
  const live = relations
    .filter(
      ({ relationId, isActive, endsOn }) => relationId === 'RE6' && isActive && endsOn === null,
    )
    .toSorted((one, other) => (other.startsOn ?? '').localeCompare(one.startsOn ?? ''));
  const surplus = isOfPharmacy ? live.slice(1) : [];
  refused.push(
    ...surplus.map(({ target }) => `a second owner at the same time (RE6, ${target}) is left out`),
  );
  return relations.filter((one) => !surplus.includes(one));
}
