import { type Command, EXIT, type Invocation, textOption } from '../../../cli/command.ts';
import { storeCommand } from '../../../installation/store-command.ts';
import { londonDate, parseLondonDate } from '../../../kernel/london.ts';
import type { Database } from '../../../platform/database.ts';
import { isClosedOn } from '../../organisation.ts';
import { listOrganisations } from '../../repository.ts';
import { findShown, keepSite, type Shown } from './repository.ts';

const EXAMPLES = [
  {
    line: 'spine organisation list --word pharmacy',
    explanation: 'the first 200 of that name; --after goes on',
  },
  {
    line: 'spine organisation show FA565',
    explanation: 'address, roles, relations, successions, and whether it dispenses',
  },
  {
    line: 'spine organisation site A83008 --type P3',
    explanation: 'from now on a dispensing practice',
  },
] as const;

const DAY_SHAPE = 'a day, as 2026-03-29';

/** What an operator asks and sets of organisations. */
export const organisationCommands: readonly Command[] = [
  storeCommand({
    name: 'organisation list',
    summary: 'list organisations by code',
    options: [
      { flag: 'word', value: 'text', help: 'part of the name, or the code' },
      { flag: 'after', value: 'code', help: 'the last code of the page before' },
    ],
    examples: EXAMPLES,
    async work(invocation, database) {
      const word = textOption(invocation, 'word') ?? '';
      const after = (textOption(invocation, 'after') ?? '').toUpperCase();
      const found = await listOrganisations(database, { word, after });
      const today = londonDate(new Date());
      const lines = found.map(
        (one) =>
          `${one.ods.padEnd(10)} ${isClosedOn(one, today) ? 'closed' : 'open  '}  ${one.name}, ${one.postcode}`,
      );
      invocation.output.result(lines.join('\n'), found);
      return EXIT.ok;
    },
  }),
  storeCommand({
    name: 'organisation show',
    summary: 'show what the directory knows of an organisation',
    usage: '<code>',
    options: [
      { flag: 'on', value: 'day', help: `as it is on ${DAY_SHAPE}; today unless it is said` },
    ],
    examples: EXAMPLES,
    work: show,
  }),
  storeCommand({
    name: 'organisation site',
    summary:
      'say that an organisation dispenses electronic prescriptions otherwise than its role says',
    usage: '<code>',
    options: [
      {
        flag: 'type',
        value: 'kind',
        help: 'P1 pharmacy, P2 appliance contractor, P3 dispensing practice',
        choices: ['P1', 'P2', 'P3'],
      },
      { flag: 'from', value: 'day', help: `first day, ${DAY_SHAPE}` },
      { flag: 'until', value: 'day', help: `last day, ${DAY_SHAPE}` },
    ],
    examples: EXAMPLES,
    work: setSite,
  }),
];

async function show(invocation: Invocation, database: Database): Promise<number> {
  const { words, output } = invocation;
  const [code = ''] = words;
  const text = textOption(invocation, 'on');
  const day = text === null ? londonDate(new Date()) : parseLondonDate(text);
  if (day === null) {
    output.progress(`spine organisation show: --on is ${DAY_SHAPE}`);
    return EXIT.wrongUse;
  }
  const found = await findShown(database, code, day);
  if (found === null) {
    output.progress(`There is no organisation "${code}". spine organisation list shows them.`);
    return EXIT.refused;
  }
  output.result(linesOf(found).join('\n'), found);
  return EXIT.ok;
}

function linesOf(one: Shown): string[] {
  const address = [...one.addressLines, one.city, one.county, one.postcode, one.country].filter(
    Boolean,
  );
  const flag = (isActive: boolean): string => (isActive ? '' : ' (ended)');
  const line = (label: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [`${label}: ${values.join(', ')}`];
  return [
    `${one.ods} ${one.name}`,
    ...line('address', address),
    ...line('telephone', one.telephone === null ? [] : [one.telephone]),
    `${one.isOpen ? 'open' : 'not open'}; first day ${one.openedOn ?? 'not known'}, last day ${one.closedOn ?? 'none'}`,
    ...line('dispenses as', one.sites),
    ...line(
      'roles',
      one.roles.map(
        ({ roleId, isPrimary, isActive }) =>
          `${roleId}${isPrimary ? ' (primary)' : ''}${flag(isActive)}`,
      ),
    ),
    ...line(
      'relations',
      one.relations.map(
        ({ relationId, target, isActive }) => `${relationId} ${target}${flag(isActive)}`,
      ),
    ),
    ...line('took over from', one.predecessors),
    ...line('succeeded by', one.successors),
  ];
}

async function setSite(invocation: Invocation, database: Database): Promise<number> {
  const { words, output } = invocation;
  const ods = (words[0] ?? '').toUpperCase();
  const type = textOption(invocation, 'type');
  const [from, until] = (['from', 'until'] as const).map((flag) => {
    const text = textOption(invocation, flag);
    return text === null ? null : (parseLondonDate(text) ?? undefined);
  });
  if (
    type === null ||
    from === undefined ||
    until === undefined ||
    (from !== null && until !== null && until < from)
  ) {
    output.progress(
      `spine organisation site: name --type, and days as ${DAY_SHAPE}, the first not after the last`,
    );
    return EXIT.wrongUse;
  }
  if (!(await keepSite(database, { ods, type, from, until }, new Date()))) {
    output.progress(`There is no organisation "${ods}". spine organisation list shows them.`);
    return EXIT.refused;
  }
  output.result(`${ods} is a site of type ${type}`, { ods, type, from, until });
  return EXIT.ok;
}
