import {
  type Command,
  EXIT,
  type Invocation,
  isSet,
  type Option,
  textOption,
} from '../../cli/command.ts';
import { storeCommand, type StoreCommand } from '../../installation/store-command.ts';
import { pkiUrlOf } from '../../platform/config.ts';
import type { Database } from '../../platform/database.ts';
import type { Result } from '../../kernel/result.ts';
import {
  activateCard,
  type Card,
  type CardCommand,
  cardsOf,
  type Cards,
  changeCard,
  findCard,
  isFinal,
  issueCard,
  listCards,
  renewableFrom,
  renewCard,
  replaceCard,
  REVOCATION_REASONS,
  type RevocationReason,
  stateOf,
  unlockCard,
} from './index.ts';
import { importCommand } from './import/cli.ts';
import { refusalWords } from './refusal-words.ts';
import { seriesCommand } from './series/cli.ts';
import { SERIES, SERIES_WRONG, seriesIn } from './series/option.ts';

const EXAMPLES = [
  { line: 'spine card list', explanation: 'every card with its state, a line each' },
  { line: 'spine card issue 555900010101 --pin 246810', explanation: 'a card, in use at once' },
  {
    line: 'spine card revoke 900000000001 --reason stolen',
    explanation: 'for ever; what it signed before is no longer good either',
  },
] as const;

const PIN: Option = { flag: 'pin', value: 'digits', help: 'passcode: 6 to 8 digits' };
const KEYS: Option = {
  flag: 'keys',
  value: 'rsa|p256',
  help: 'kind of the keys that sign in; those that sign prescriptions are rsa, as their contract has it',
  default: 'rsa',
  choices: ['rsa', 'p256'],
};
const ON_CARD = 'card number, or user id of its holder';

/** What an operator does with smartcards. */
export const cardCommands: readonly Command[] = [
  cardCommand({
    name: 'card issue',
    summary: 'give a person a card, in use at once: to sign in and to sign prescriptions',
    usage: '<user id>',
    options: [
      PIN,
      KEYS,
      SERIES,
      { flag: 'hours', value: 'n', help: 'a temporary card, for so many hours' },
    ],
    examples: EXAMPLES,
    work: issue,
  }),
  cardCommand({
    name: 'card unlock',
    summary: 'give a locked card a new passcode',
    usage: `<${ON_CARD}>`,
    options: [PIN],
    examples: EXAMPLES,
    work: (invocation, cards) =>
      onCard(invocation, cards, (cardNumber) =>
        unlockCard(cards, cardNumber, textOption(invocation, 'pin') ?? '', now()),
      ),
  }),
  cardCommand({
    name: 'card renew',
    summary: 'give a card new certificates',
    usage: `<${ON_CARD}>`,
    options: [
      {
        flag: 'in-person',
        help: 'as an agent who sees the holder: at any time, also when it is over',
      },
    ],
    examples: EXAMPLES,
    work: (invocation, cards) =>
      onCard(invocation, cards, (cardNumber) =>
        renewCard(cards, cardNumber, { by: now(), isInPerson: isSet(invocation, 'in-person') }),
      ),
  }),
  cardCommand({
    name: 'card revoke',
    summary: 'take a card away for ever: what it signs is worth nothing',
    usage: `<${ON_CARD}>`,
    options: [
      {
        flag: 'reason',
        value: Object.keys(REVOCATION_REASONS).join('|'),
        help: 'why: lost, stolen, compromised make bad what it has signed before, too',
        default: 'withdrawn',
        choices: Object.keys(REVOCATION_REASONS),
      },
    ],
    examples: EXAMPLES,
    work: (invocation, cards) => {
      const word = textOption(invocation, 'reason') ?? '';
      const reason: RevocationReason = isReason(word) ? word : 'withdrawn';
      return change(invocation, cards, { kind: 'Revoke', reason });
    },
  }),
  cardCommand({
    name: 'card replace',
    summary: 'revoke a card and give its holder another one, in use at once',
    usage: `<${ON_CARD}>`,
    options: [PIN, KEYS],
    examples: EXAMPLES,
    work: replace,
  }),
  cardCommand({
    name: 'card list',
    summary: 'list cards; only those of a person',
    usage: '[user id]',
    options: [],
    examples: EXAMPLES,
    async work({ words, output }, { database }) {
      const [userId] = words;
      const all =
        userId === undefined ? await listCards(database) : await cardsOf(database, userId);
      output.result(all.map(line).join('\n'), all.map(shown));
      return EXIT.ok;
    },
  }),
  seriesCommand,
  importCommand,
  ...simple('lock', 'lock a card, as three wrong passcodes do', { kind: 'Lock' }),
  ...simple('suspend', 'let a card rest until it is resumed: it signs neither in nor orders', {
    kind: 'Suspend',
  }),
  ...simple('resume', 'let a suspended card be used again', { kind: 'Resume' }),
  ...simple('expire', 'let a card be over now: it signs neither in nor orders', {
    kind: 'EndNow',
  }),
];

function simple(verb: string, summary: string, command: CardCommand): Command[] {
  const work = (invocation: Invocation, cards: Cards) => change(invocation, cards, command);
  const usage = `<${ON_CARD}>`;
  return [
    cardCommand({ name: `card ${verb}`, summary, usage, options: [], examples: EXAMPLES, work }),
  ];
}

type CardVerb = Omit<StoreCommand, 'work'> & {
  readonly work: (invocation: Invocation, cards: Cards) => Promise<number>;
};

function cardCommand({ work, ...verb }: CardVerb): Command {
  return storeCommand({
    ...verb,
    work: (invocation, database: Database) =>
      work(invocation, { database, pkiUrl: pkiUrlOf(process.env) }),
  });
}

async function issue(invocation: Invocation, cards: Cards): Promise<number> {
  const { words, output } = invocation;
  const pin = textOption(invocation, 'pin') ?? '';
  const hours = Number(textOption(invocation, 'hours') ?? '0');
  if (!Number.isInteger(hours) || hours < 0 || hours > HOURS_MAX) {
    output.progress(`spine card issue: --hours is a number from 1 to ${HOURS_MAX}`);
    return EXIT.wrongUse;
  }
  const series = seriesIn(textOption(invocation, 'series'));
  if (series === null) {
    output.progress(`spine card issue: ${SERIES_WRONG}`);
    return EXIT.wrongUse;
  }
  const by = now();
  const until = hours === 0 ? {} : { temporaryUntil: new Date(by.at.getTime() + hours * HOUR_MS) };
  const wanted = {
    userId: words[0] ?? '',
    keys: keysOf(invocation, pin),
    ...series,
    ...until,
  };
  return used(invocation, cards, await issueCard(cards, wanted, by), pin);
}

const HOUR_MS = 3_600_000;
const HOURS_MAX = 168;

async function replace(invocation: Invocation, cards: Cards): Promise<number> {
  const pin = textOption(invocation, 'pin') ?? '';
  const old = await cardNumberOf(invocation, cards);
  if (old === null) return notThere(invocation);
  const keys = keysOf(invocation, pin);
  return used(invocation, cards, await replaceCard(cards, old, { keys }, now()), pin);
}

function keysOf(invocation: Invocation, pin: string) {
  const type = textOption(invocation, 'keys') === 'p256' ? 'p256' : 'rsa';
  return { pin, types: { login: type, signing: 'rsa' } } as const;
}

/** A new card, activated: whoever gave the passcode at the command line has entered it. */
async function used(
  invocation: Invocation,
  cards: Cards,
  made: Result<Card, Refusal>,
  pin: string,
): Promise<number> {
  const card = made.ok ? await activateCard(cards, made.value.cardNumber, pin, now()) : made;
  return told(invocation, card);
}

function change(invocation: Invocation, cards: Cards, command: CardCommand): Promise<number> {
  return onCard(invocation, cards, (cardNumber) =>
    changeCard(cards, cardNumber, command, { by: now() }),
  );
}

type Refusal = Parameters<typeof refusalWords>[0];

async function onCard(
  invocation: Invocation,
  cards: Cards,
  work: (cardNumber: string) => Promise<Result<Card, Refusal>>,
): Promise<number> {
  const cardNumber = await cardNumberOf(invocation, cards);
  return cardNumber === null ? notThere(invocation) : told(invocation, await work(cardNumber));
}

/** Of a person who has several, the one that is in use, or the newest. */
async function cardNumberOf({ words }: Invocation, { database }: Cards): Promise<string | null> {
  const [word = ''] = words;
  const card = await findCard(database, word);
  if (card !== null) return card.cardNumber;
  const all = await cardsOf(database, word);
  const live = all.find((one) => !isFinal(one));
  return (live ?? all[0])?.cardNumber ?? null;
}

function notThere({ words, output }: Invocation): number {
  output.progress(`No card is known as "${words[0] ?? ''}". spine card list shows them.`);
  return EXIT.refused;
}

function told({ output }: Invocation, card: Result<Card, Refusal>): number {
  if (card.ok) {
    output.result(line(card.value), shown(card.value));
    return EXIT.ok;
  }
  output.progress(refusalWords(card.error));
  return card.error.kind === 'PinMalformed' ? EXIT.wrongUse : EXIT.refused;
}

function shown(card: Card): object {
  const { cardNumber, userId, isTemporary, wrongPins, endsAt, series, replacedBy } = card;
  const state = stateOf(card, now().at);
  const renewable = renewableFrom(card);
  return {
    cardNumber,
    userId,
    state,
    isTemporary,
    wrongPins,
    endsAt,
    renewableFrom: renewable,
    series,
    replacedBy,
  };
}

function line(card: Card): string {
  const state = stateOf(card, now().at).toLowerCase();
  const until = card.endsAt.toISOString().slice(0, 10);
  const kind = card.isTemporary ? '  temporary' : '';
  return `${card.cardNumber}  ${card.userId}  ${state.padEnd(9)} until ${until}${kind}`;
}

function isReason(word: string): word is RevocationReason {
  return Object.hasOwn(REVOCATION_REASONS, word);
}

function now(): { readonly userId: null; readonly at: Date } {
  return { userId: null, at: new Date() };
}
