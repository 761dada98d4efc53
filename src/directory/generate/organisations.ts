/** Kinds of organisation of an invented directory, in their shares; all of them are marked as synthetic. */
const KINDS = [
  { word: 'SURGERY', roles: ['RO177', 'RO76'], relation: 'RE4', share: 3, code: practiceCode },
  { word: 'PHARMACY', roles: ['RO182'], relation: 'RE6', share: 4, code: dispenserCode },
  { word: 'APPLIANCES', roles: ['RO94'], relation: 'RE6', share: 1, code: dispenserCode },
  { word: 'CARE HOME', roles: ['RO101'], relation: 'RE4', share: 2, code: homeCode },
] as const;

const SHARES = KINDS.flatMap((kind) => Array.from({ length: kind.share }, () => kind));
const COMMISSIONERS = 42;
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';

/** So that codes of dispensers go on with a digit: those of the test installation go on with a letter (FA565). */
export const ORGANISATIONS_MAX = 400_000;

/** A record of ORD as it is written to a file [SDS 2.1]. */
export type OrdFileRecord = { readonly Organisation: Readonly<Record<string, unknown>> };

/**
 * So many organisations as records of ORD: the same number and seed give the same ones on every machine.
 * Those that others answer to come first: commissioners (RO98), and a headquarters (RO181) for every ten.
 */
export function* generateOrganisations(count: number, seed: number): Generator<OrdFileRecord> {
  const above = Math.min(count, COMMISSIONERS);
  const headquarters = Math.min(count - above, Math.floor(count / 10));
  for (let at = 0; at < above; at += 1) {
    yield record({
      code: commissionerCode(at),
      name: `ICB ${at + 1}`,
      roles: ['RO98'],
      at,
      seed,
      owner: null,
    });
  }
  for (let at = 0; at < headquarters; at += 1) {
    yield record({
      code: ownerCode(at),
      name: `PHARMACIES ${at + 1}`,
      roles: ['RO181'],
      at,
      seed,
      owner: null,
    });
  }
  for (let at = 0; at < count - above - headquarters; at += 1) {
    const { word, roles, relation, code } = SHARES[mixed(at, seed) % SHARES.length] ?? KINDS[0];
    const isOwned = relation === 'RE6' && headquarters > 0;
    const target = isOwned
      ? ownerCode(mixed(at, seed + 1) % headquarters)
      : commissionerCode(mixed(at, seed + 1) % above);
    const owner = { relation: isOwned ? 'RE6' : 'RE4', target };
    yield record({ code: code(at), name: `${word} ${at + 1}`, roles, at, seed, owner });
  }
}

type Wanted = {
  readonly code: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly at: number;
  readonly seed: number;
  readonly owner: { readonly relation: string; readonly target: string } | null;
};

const CLOSED_OF = 20; // one of so many has closed

function record({ code, name, roles, at, seed, owner }: Wanted): OrdFileRecord {
  const number = mixed(at, seed + 2);
  const isClosed = owner !== null && number % CLOSED_OF === 0;
  const end = isClosed ? { End: '2025-03-31' } : {};
  const dates = [{ Type: 'Operational', Start: `${1990 + (number % 30)}-04-01`, ...end }];
  const life = { Status: isClosed ? 'Inactive' : 'Active', Date: dates };
  const unique = at * 10 + 1;
  return {
    Organisation: {
      Name: `${name} (SYNTHETIC)`,
      ...life,
      OrgId: { root: ODS_ROOT, assigningAuthorityName: 'HSCIC', extension: code },
      LastChangeDate: '2026-01-31',
      orgRecordClass: 'RC1',
      GeoLoc: { Location: addressOf(number) },
      Contacts: { Contact: [{ type: 'tel', value: `01632 ${960_000 + (number % 1000)}` }] },
      Roles: {
        Role: roles.map((id, place) => ({
          id,
          uniqueRoleId: unique + place,
          ...(place === 0 ? { primaryRole: true } : {}),
          ...life,
        })),
      },
      ...(owner === null ? {} : { Rels: { Rel: [relationOf(owner, unique, life)] } }),
    },
  };
}

function addressOf(number: number): object {
  return {
    AddrLn1: `${(number % 200) + 1} EXAMPLE STREET`,
    Town: 'TESTWICK',
    PostCode: `ZZ99 ${number % 10}AA`,
    Country: 'ENGLAND',
  };
}

function relationOf(
  { relation, target }: NonNullable<Wanted['owner']>,
  uniqueRelId: number,
  life: object,
): object {
  return { id: relation, uniqueRelId, ...life, Target: { OrgId: { extension: target } } };
}

const ODS_ROOT = '2.16.840.1.113883.2.1.3.2.4.18.48';

/** A number that is the same for the same two, and looks like none of its neighbours (MurmurHash3's last step). */
function mixed(at: number, seed: number): number {
  let value = Math.imul(at + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

const FIRST_LETTER = 6; // practices of the test installation begin with A

/** Shapes of codes are those of the service [SDS 3]; who has which is invented. */
function practiceCode(at: number): string {
  return `${letter(FIRST_LETTER + Math.floor(at / 100_000))}${digits(at, 5)}`;
}

function dispenserCode(at: number): string {
  return `F${base36(at, 4)}`;
}

function homeCode(at: number): string {
  return `V${base36(at, 4)}`;
}

function commissionerCode(at: number): string {
  return `Q${digits(at, 2)}`;
}

/** A digit, two letters, two digits. */
function ownerCode(at: number): string {
  const rest = Math.floor(at / 100);
  return `${Math.floor(rest / 576) % 10}${letter(Math.floor(rest / 24))}${letter(rest)}${digits(at, 2)}`;
}

function letter(at: number): string {
  return LETTERS[at % LETTERS.length] ?? 'A';
}

function digits(at: number, length: number): string {
  return String(at % 10 ** length).padStart(length, '0');
}

function base36(at: number, length: number): string {
  return (at % 36 ** length).toString(36).toUpperCase().padStart(length, '0');
}
