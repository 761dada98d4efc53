import {
  type Command,
  type Invocation,
  isSet,
  type Option,
  textOption,
} from '../../cli/command.ts';
import type { Database } from '../../platform/database.ts';
import { contentsWords } from '../people/contents.ts';
import { ACTIVITIES } from '../rbac/activities.ts';
import { jobRoleNames } from '../rbac/index.ts';
import { jobRoleName } from '../rbac/job-roles.ts';
import {
  type AccessRequest,
  type Actor,
  addPosition,
  createPerson,
  decideAccess,
  type Document,
  DOCUMENTS,
  endSponsor,
  expiringWithin,
  listPositions,
  nameSponsor,
  pendingRequests,
  proveIdentity,
  requestAccess,
  requestMerge,
  setOpeningDays,
  unusedFor,
  type WantedAccess,
} from './index.ts';
import { BY, dayOf, listing, orgOf, told, verb, wrong } from './verb/cli.ts';

const DOCUMENTS_OPTION: Option = {
  flag: 'documents',
  value: 'kinds',
  help: `what was seen, with commas between: ${DOCUMENTS.join(' ')}`,
};

/** What people of the registration authority do. */
export const registrationCommands: readonly Command[] = [
  verb('create', 'add a person whose documents an agent has seen', {
    options: [
      { flag: 'title', value: 'text', help: 'Dr, Ms …' },
      { flag: 'given', value: 'name', help: 'given name' },
      { flag: 'family', value: 'name', help: 'family name' },
      { flag: 'email', value: 'address', help: 'where to write' },
      { flag: 'synthetic', help: 'an invented person, for tests' },
      DOCUMENTS_OPTION,
      BY,
    ],
    work: create,
  }),
  verb('evidence', 'note documents that an agent has seen of a person', {
    usage: '<user id>',
    options: [DOCUMENTS_OPTION, BY],
    work: async (invocation, database, by) => {
      const documents = documentsOf(invocation);
      if (documents === null) return wrong(invocation, DOCUMENTS_WRONG);
      const [userId = ''] = invocation.words;
      const level = await proveIdentity(database, userId, documents, by);
      return told(invocation, level, (proved) => `${userId} proved to level ${proved}`);
    },
  }),
  verb('sponsor', 'let a person ask for access for an organisation', {
    usage: '<user id>',
    options: [
      { flag: 'org', value: 'ods', help: 'the organisation' },
      { flag: 'end', help: 'no longer: take it away' },
      BY,
    ],
    work: async (invocation, database, by) => {
      const [userId = ''] = invocation.words;
      const ods = orgOf(invocation);
      if (isSet(invocation, 'end')) {
        const ended = await endSponsor(database, userId, ods, by);
        return told(invocation, ended, () => `${userId} is no longer a sponsor of ${ods}`);
      }
      const named = await nameSponsor(database, userId, ods, by);
      return told(invocation, named, () => `${userId} is a sponsor of ${ods}`);
    },
  }),
  verb('organisation', 'say between which days an organisation is open; roles end with the last', {
    usage: '<ods>',
    options: [
      { flag: 'from', value: 'day', help: 'first day, YYYY-MM-DD; else none' },
      { flag: 'until', value: 'day', help: 'last day, YYYY-MM-DD; else it stays open' },
      BY,
    ],
    work: openingDays,
  }),
  verb('position', 'add a position: work in an organisation with the rights for it', {
    usage: '<name>',
    options: [
      { flag: 'org', value: 'ods', help: 'the organisation' },
      { flag: 'job-role', value: 'code', help: 'S####:G####:R####' },
      { flag: 'activities', value: 'codes', help: 'with commas between' },
      BY,
    ],
    work: position,
  }),
  verb('request', 'ask as a sponsor that somebody gets a position, or that a role ends', {
    usage: '<user id>',
    options: [
      { flag: 'position', value: 'id', help: 'of the position' },
      { flag: 'end', value: 'role profile id', help: 'the role that is to end' },
      { flag: 'from', value: 'day', help: 'first day, YYYY-MM-DD' },
      { flag: 'until', value: 'day', help: 'last day, YYYY-MM-DD' },
      BY,
    ],
    work: request,
  }),
  verb('merge', 'ask that two records of one person become one', {
    usage: '<user id that stays>',
    options: [{ flag: 'other', value: 'user id', help: 'the record that goes' }, BY],
    work: async (invocation, database, by) => {
      const [userId = ''] = invocation.words;
      const mergedUserId = textOption(invocation, 'other') ?? '';
      const asked = await requestMerge(database, { userId, mergedUserId }, by);
      return told(invocation, asked, (id) => id);
    },
  }),
  ...(['approve', 'refuse'] as const).map((word) =>
    verb(word, `${word} what somebody asked for; not by whoever asked`, {
      usage: '<request id>',
      options: [BY],
      work: async (invocation, database, by) => {
        const id = invocation.words[0] ?? '';
        const decided = await decideAccess(database, id, word === 'approve', by);
        return told(invocation, decided, ({ requestId, state }) => `${requestId} ${state}`);
      },
    }),
  ),
  listing('requests', 'list what waits for a decision', '', async (_words, database) => {
    const rows = await pendingRequests(database);
    const line = (one: (typeof rows)[number]) =>
      `${one.requestId}  ${one.kind.padEnd(6)} ${aboutOf(one)}  asked by ${one.requestedBy}`;
    return { text: rows.map(line).join('\n'), rows };
  }),
  listing(
    'positions',
    'list positions; only those of an organisation',
    '[ods]',
    async (words, database) => {
      const rows = await listPositions(database, words[0]?.toUpperCase() ?? null);
      const line = ({ positionId, ods, name, jobRole, activities }: (typeof rows)[number]) =>
        `${positionId}  ${ods.padEnd(8)} ${name}  ${jobRole} ${activities.join(' ')}`.trimEnd();
      return { text: rows.map(line).join('\n'), rows };
    },
  ),
  listing('expiring', 'list cards and roles that end soon', '[days]', async (words, database) => {
    const rows = await expiringWithin(database, daysOf(words), new Date());
    const line = ({ what, id, userId, endsAt }: (typeof rows)[number]) =>
      `${endsAt.toISOString().slice(0, 10)}  ${what.padEnd(4)} ${id}  ${userId}`;
    return { text: rows.map(line).join('\n'), rows };
  }),
  listing(
    'unused',
    'list cards that nobody has used for long',
    '[days]',
    async (words, database) => {
      const rows = await unusedFor(database, daysOf(words), new Date());
      const line = ({ cardNumber, userId, lastUsedAt }: (typeof rows)[number]) =>
        `${cardNumber}  ${userId}  ${lastUsedAt?.toISOString().slice(0, 10) ?? 'never'}`;
      return { text: rows.map(line).join('\n'), rows };
    },
  ),
];

const REPORT_DAYS = 90; // the window of renewal [IDENTITY 1.4]

function daysOf([text = '']: readonly string[]): number {
  return /^\d{1,4}$/.test(text) ? Number(text) : REPORT_DAYS;
}

const DOCUMENTS_WRONG = `--documents must be some of ${DOCUMENTS.join(', ')}`;
const PERSON_NAME = /^\p{L}[\p{L} .'’-]{0,59}$/u;

async function create(invocation: Invocation, database: Database, by: Actor): Promise<number> {
  const documents = documentsOf(invocation);
  if (documents === null) return wrong(invocation, DOCUMENTS_WRONG);
  const given = textOption(invocation, 'given') ?? '';
  const family = textOption(invocation, 'family') ?? '';
  if (!PERSON_NAME.test(given) || !PERSON_NAME.test(family)) {
    return wrong(invocation, '--given and --family must be names');
  }
  const title = textOption(invocation, 'title');
  const email = textOption(invocation, 'email');
  if (title !== null && !PERSON_NAME.test(title)) return wrong(invocation, '--title is a title');
  if (email !== null && !/^[^\s@]{1,64}@[\w.-]{1,190}$/.test(email)) {
    return wrong(invocation, '--email is an address');
  }
  const isSynthetic = isSet(invocation, 'synthetic');
  const person = { title, given, family, email, documents, isSynthetic };
  return told(invocation, await createPerson(database, person, by), (userId) => userId);
}

async function openingDays(invocation: Invocation, database: Database, by: Actor): Promise<number> {
  const ods = (invocation.words[0] ?? '').toUpperCase();
  const [openedOn, closedOn] = [dayOf(invocation, 'from'), dayOf(invocation, 'until')];
  if (!openedOn.ok || !closedOn.ok) return wrong(invocation, '--from and --until are days');
  const days = { openedOn: openedOn.value, closedOn: closedOn.value };
  const kept = await setOpeningDays(database, ods, days, by);
  return told(invocation, kept, () => `${ods} ${days.openedOn ?? ''}..${days.closedOn ?? ''}`);
}

async function position(invocation: Invocation, database: Database, by: Actor): Promise<number> {
  const [name = ''] = invocation.words;
  const jobRole = textOption(invocation, 'job-role') ?? '';
  const words = jobRoleName(jobRole, await jobRoleNames(database));
  const activities = (textOption(invocation, 'activities') ?? '').split(',').filter(Boolean);
  if (name === '') return wrong(invocation, 'name the position');
  if (words === null) return wrong(invocation, `--job-role "${jobRole}" has no name here`);
  if (!activities.every((code) => Object.hasOwn(ACTIVITIES, code))) {
    return wrong(invocation, '--activities has one that is not known');
  }
  const rights = { jobRole, jobRoleName: words, activities, areasOfWork: [], workgroups: [] };
  const added = await addPosition(database, { ods: orgOf(invocation), name, ...rights }, by);
  return told(invocation, added, (id) => id);
}

async function request(invocation: Invocation, database: Database, by: Actor): Promise<number> {
  const positionId = textOption(invocation, 'position');
  const roleProfileId = textOption(invocation, 'end');
  if ((positionId === null) === (roleProfileId === null)) {
    return wrong(invocation, 'give --position or --end, one of them');
  }
  const [from, until] = [dayOf(invocation, 'from'), dayOf(invocation, 'until')];
  if (!from.ok || !until.ok) return wrong(invocation, '--from and --until are days');
  const userId = invocation.words[0] ?? '';
  const endsOn = until.value;
  const wanted: WantedAccess =
    positionId !== null
      ? { kind: 'grant', userId, positionId, startsOn: from.value, endsOn }
      : { kind: 'end', userId, roleProfileId: roleProfileId ?? '', endsOn };
  return told(invocation, await requestAccess(database, wanted, by), (id) => id);
}

function documentsOf(invocation: Invocation): Document[] | null {
  const words = (textOption(invocation, 'documents') ?? '').split(',').filter(Boolean);
  const known = words.flatMap((word) => DOCUMENTS.find((kind) => kind === word) ?? []);
  return known.length === words.length ? known : null;
}

function aboutOf(request: AccessRequest): string {
  switch (request.kind) {
    case 'grant':
    case 'end':
      return request.userId;
    case 'merge':
      return `${request.mergedUserId} into ${request.userId}`;
    case 'import':
      return contentsWords(request);
  }
}
