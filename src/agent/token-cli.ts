import { type Command, EXIT, type Invocation, isSet, textOption } from '../cli/command.ts';
import { storeCommand } from '../installation/store-command.ts';
import {
  type Cards,
  isPin,
  refusalWords,
  SERIES,
  SERIES_WRONG,
  seriesIn,
} from '../identity/index.ts';
import { pkiUrlOf } from '../platform/config.ts';
import { enrol, type EnrolRefusal } from './enrol.ts';
import { lines, PIN_STDIN, pinIn, TOKEN_OPTIONS, tokenCardIn } from './token-options.ts';

const SOFTHSM = '--module /usr/lib/softhsm/libsofthsm2.so';

/** What is done to a card in the reader of this machine. */
export const tokenCommands: readonly Command[] = [
  storeCommand({
    name: 'card enrol',
    summary: 'make the card in the reader the card of a person, in use at once',
    usage: '<user id>',
    options: [
      ...TOKEN_OPTIONS,
      { flag: 'pin', value: 'digits', help: 'passcode of the card: 6 to 8 digits' },
      PIN_STDIN,
      {
        flag: 'keys',
        value: 'rsa|p256',
        help: 'kind of the keys that log in; those that sign prescriptions are rsa',
        default: 'rsa',
        choices: ['rsa', 'p256'],
      },
      SERIES,
      { flag: 'replace', help: 'take away the card that the person has' },
    ],
    examples: [
      {
        line: `spine card enrol 555900010101 ${SOFTHSM} --pin 246810`,
        explanation: 'keys made in the card, certificates written to it',
      },
      {
        line: `spine card enrol 555900010101 ${SOFTHSM} --token NHS-1 --keys p256 --replace`,
        explanation:
          'that logs in with a key of the curve P-256, in place of the card that they have',
      },
      {
        line: `spine card enrol 555900010101 ${SOFTHSM} --pin-stdin`,
        explanation: 'again after spine card renew: writes the new certificates',
      },
    ],
    work: (invocation, database) =>
      enrolCard(invocation, { database, pkiUrl: pkiUrlOf(process.env) }),
  }),
  {
    name: 'card unblock',
    summary: "give the card in the reader a new passcode, with its officer's PIN",
    options: TOKEN_OPTIONS,
    examples: [
      {
        line: `printf '87654321\\n246810\\n' | spine card unblock ${SOFTHSM}`,
        explanation: "standard input: the officer's PIN, then the new passcode",
      },
      {
        line: `spine card unblock ${SOFTHSM} --token NHS-1 < pins`,
        explanation: 'of several cards, that one',
      },
      {
        line: 'spine card unlock 900000000001',
        explanation: 'what the Spine itself has locked is unlocked there',
      },
    ],
    run: unblockCard,
  },
];

async function enrolCard(invocation: Invocation, cards: Cards): Promise<number> {
  const { words, output } = invocation;
  const series = seriesIn(textOption(invocation, 'series'));
  if (series === null) {
    output.progress(`spine card enrol: ${SERIES_WRONG}`);
    return EXIT.wrongUse;
  }
  const card = await tokenCardIn(invocation);
  const opened = await card.open(await pinIn(invocation));
  if (!opened.ok) {
    output.progress(refusalWords(opened.error));
    return opened.error.kind === 'PinMalformed' ? EXIT.wrongUse : EXIT.refused;
  }
  const wanted = {
    userId: words[0] ?? '',
    keyType: textOption(invocation, 'keys') === 'p256' ? 'p256' : 'rsa',
    replaces: isSet(invocation, 'replace'),
    ...series,
  } as const;
  try {
    const done = await enrol(cards, opened.value, wanted, { userId: null, at: new Date() });
    if (!done.ok) {
      output.progress(enrolWords(done.error));
      return EXIT.refused;
    }
    const { cardNumber, userId, endsAt } = done.value;
    const { label } = card;
    const until = endsAt.toISOString().slice(0, 10);
    const line = `${cardNumber}  ${userId}  in the card "${label}" until ${until}`;
    output.result(line, { cardNumber, userId, token: label, endsAt });
    return EXIT.ok;
  } finally {
    await opened.value.close();
  }
}

function enrolWords(refusal: EnrolRefusal): string {
  switch (refusal.kind) {
    case 'TokenTaken':
      return 'This card was enrolled before, for another card than the person has. Empty it first.';
    case 'HasCard':
      return `${refusalWords(refusal)} With --replace the old one is taken away.`;
    default:
      return refusalWords(refusal);
  }
}

async function unblockCard(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const card = await tokenCardIn(invocation);
  const [officerPin = '', newPin = ''] = await lines();
  if (!isPin(newPin)) {
    output.progress(refusalWords({ kind: 'PinMalformed' }));
    return EXIT.wrongUse;
  }
  const isDone = await card.unblock(officerPin, newPin);
  if (!isDone) {
    output.progress("The officer's PIN is wrong, or the card takes none any more.");
    return EXIT.refused;
  }
  output.result(`The card "${card.label}" has its new passcode.`, { token: card.label });
  return EXIT.ok;
}
