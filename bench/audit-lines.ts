import { localTime } from '../src/operations/london-fields.ts';
import { derivedUuid } from '../src/kernel/uuid.ts';
import { numberAt } from '../src/local/population/person.ts';
import { CopyRows, type CopyValue, openBulkLoad } from '../src/platform/bulk-load.ts';

export const PATIENT_LINES = 20;

const PRESCRIPTION_LINES = 4;
const ORGANISATIONS = 2_000;
const USERS = 20_000;
const DAYS = 90;
const DAY_MS = 86_400_000;
const AT_ONCE = 20_000;

/** What is asked about a line. */
export type AuditedLine = {
  readonly nhsNumber: string;
  readonly prescriptionId: string;
  readonly requestId: string;
  readonly organisation: string;
  /** In which it was written, as it is typed. */
  readonly hour: { readonly since: string; readonly until: string };
};

const COLUMNS = [
  ['recorded_at', 'timestamptz'],
  ['at', 'timestamptz'],
  ['interaction', 'text'],
  ['request_id', 'uuid'],
  ['message_id', 'uuid'],
  ['user_id', 'text'],
  ['role_profile', 'text'],
  ['organisation', 'text'],
  ['asid', 'text'],
  ['session', 'text'],
  ['prescription_id', 'text'],
  ['nhs_number', 'text'],
  ['outcome', 'text'],
] as const;

const INTERACTIONS = ['create', 'release', 'dispense', 'claim'] as const;

/** Ninety days that end at a time: lives of prescriptions among each other. */
export type Trail = { readonly lines: number; readonly until: Date };

/** Puts all of it there, by COPY. */
export async function putLines(url: string, trail: Trail): Promise<void> {
  const load = await openBulkLoad(url);
  const rows = new CopyRows(COLUMNS.map(([, type]) => type));
  const names = COLUMNS.map(([name]) => name).join(', ');
  try {
    for (let place = 0; place < trail.lines; place += 1) {
      rows.add(rowAt(trail, place));
      if ((place + 1) % AT_ONCE !== 0 && place + 1 < trail.lines) continue;
      await load.copy(`platform.audit (${names})`, rows);
      rows.clear();
    }
  } finally {
    await load.close();
  }
}

function rowAt(trail: Trail, place: number): CopyValue[] {
  const { nhsNumber, prescriptionId, requestId, organisation } = lineAt(trail, place);
  const at = timeOf(trail, place).toISOString();
  const user = String(555_000_000_000 + (place % USERS));
  const session = derivedUuid('bench session', String(place % USERS));
  const interaction = INTERACTIONS[place % PRESCRIPTION_LINES] ?? '';
  const who = [user, `${user.slice(3)}-role`, organisation, '999000000201', session];
  return [at, at, interaction, requestId, requestId, ...who, prescriptionId, nhsNumber, 'Accepted'];
}

/** Lines from all over the trail, each once. */
export function linesFor(trail: Trail, asked: number): AuditedLine[] {
  const step = Math.max(1, Math.floor(trail.lines / asked));
  return Array.from({ length: asked }, (_, one) => lineAt(trail, (one * step) % trail.lines));
}

/** The steps of a prescription stand a little apart, and the prescriptions of a patient far. */
function lineAt(trail: Trail, place: number): AuditedLine {
  const block = PRESCRIPTION_LINES * AT_ONCE;
  const inBlock = place % block;
  const prescription = Math.floor(place / block) * AT_ONCE + (inBlock % AT_ONCE);
  const patients = Math.max(1, Math.ceil(trail.lines / PATIENT_LINES));
  const organisation = organisationAt(prescription);
  const number = prescription.toString(16).toUpperCase().padStart(6, '0');
  const from = timeOf(trail, place).getTime() - 1_800_000;
  return {
    nhsNumber: numberAt(prescription % patients),
    prescriptionId: `${number}-${organisation}-0000A`,
    requestId: derivedUuid('bench audit', String(place)),
    organisation,
    hour: {
      since: localTime(new Date(from)),
      until: localTime(new Date(from + 3_600_000)),
    },
  };
}

function organisationAt(prescription: number): string {
  return `B${String(10_000 + (prescription % ORGANISATIONS))}`;
}

function timeOf({ lines, until }: Trail, place: number): Date {
  return new Date(until.getTime() - DAYS * DAY_MS * (1 - place / lines));
}
