import type { FieldError, Page, PageAnswer, PageRequest, View } from '../../../pages/index.ts';
import { problemOf } from '../../../pages/index.ts';
import {
  type CardCommand,
  type CardRefusal,
  type CardState,
  changeCard,
  eventsOf,
  findCard,
  type IssueRefusal,
  type PinRefusal,
  renewCard,
  replaceCard,
  REVOCATION_REASONS,
  type RevocationReason,
  unlockCard,
} from '../../cards/index.ts';
import { refusalWords } from '../../cards/refusal-words.ts';
import type { Result } from '../../../kernel/result.ts';
import { displayName, findUser, findUsers } from '../../people/index.ts';
import { cardRow } from '../sign-in.ts';
import type { PageParts } from '../signed-in.ts';
import { type Registrar, registrar } from './registrar.ts';

/** One card: what can be done to it in its state, and what was done [EXPERIENCE 4.6]. */
export function cardPages(parts: PageParts): readonly Page[] {
  const path = '/ra/cards/:card';
  return [
    {
      method: 'GET',
      path,
      handle: registrar(parts, 'agent', (request, who) => cardView(parts, request, who, [])),
    },
    { method: 'POST', path, handle: registrar(parts, 'agent', act(parts)) },
  ];
}

type Act = 'unlock' | 'renew' | 'suspend' | 'resume' | 'revoke' | 'replace';

/** What is offered in a state; the rules of a card decide in the end [IDENTITY 1.4]. */
const ACTS: Readonly<Record<CardState, readonly Act[]>> = {
  Issued: ['suspend', 'revoke'],
  Active: ['renew', 'suspend', 'replace', 'revoke'],
  Locked: ['unlock', 'suspend', 'replace', 'revoke'],
  Suspended: ['resume', 'revoke'],
  Expired: ['renew', 'replace', 'revoke'],
  Revoked: [],
  Replaced: [],
  Blocked: [],
};

/** In a test system a button brings a card into each state that otherwise takes time or a mistake. */
const TEST_COMMANDS: Readonly<Record<string, CardCommand>> = {
  'test-accept': { kind: 'Activate' },
  'test-lock': { kind: 'Lock' },
  'test-expire': { kind: 'EndNow' },
  'test-block': { kind: 'Block' },
};

const BLOCK = { act: 'test-block', text: 'Let its series be one that is not used any more' };

const TEST_ACTS: Readonly<Record<CardState, readonly { act: string; text: string }[]>> = {
  Issued: [
    { act: 'test-accept', text: 'Accept it for the holder' },
    { act: 'test-lock', text: 'Lock it' },
    { act: 'test-expire', text: 'Let it run out' },
    BLOCK,
  ],
  Active: [
    { act: 'test-lock', text: 'Lock it' },
    { act: 'test-expire', text: 'Let it run out' },
    BLOCK,
  ],
  Locked: [{ act: 'test-expire', text: 'Let it run out' }, BLOCK],
  Suspended: [{ act: 'test-expire', text: 'Let it run out' }, BLOCK],
  Expired: [BLOCK],
  Revoked: [],
  Replaced: [],
  Blocked: [],
};

const EVENT_WORDS: Readonly<Record<string, string>> = {
  Issued: 'Issued',
  Activated: 'Accepted by its holder',
  Unlocked: 'Unlocked, with a new passcode',
  PinChanged: 'Passcode changed',
  Renewed: 'Renewed',
  Suspended: 'Suspended',
  Resumed: 'Back in use',
  Revoked: 'Revoked',
  Replaced: 'Replaced',
  Blocked: 'Blocked, as its series is not used any more',
  Locked: 'Locked',
  Ended: 'Ended',
};

const REASON_WORDS: Readonly<Record<RevocationReason, string>> = {
  lost: 'Lost',
  stolen: 'Stolen',
  compromised: 'Somebody else knows the passcode or has used it',
  left: 'The holder has left care',
  damaged: 'Damaged',
  replaced: 'Another card takes its place',
  withdrawn: 'Withdrawn',
};

const DONE = 'Done. It holds at once in both datacentres.';

async function cardView(
  parts: PageParts,
  request: PageRequest,
  who: Registrar,
  errors: readonly FieldError[],
): Promise<View> {
  const { database, testCards } = parts;
  const card = await findCard(database, request.parts['card'] ?? '');
  if (card === null) return problemOf({ kind: 'NotFound' }, request.requestId);
  const [user, events] = await Promise.all([
    findUser(database, card.userId),
    eventsOf(database, card.cardNumber),
  ]);
  const actors = await findUsers(
    database,
    events.flatMap(({ byUser }) => byUser ?? []),
  );
  const names = new Map(actors.map((actor) => [actor.userId, displayName(actor)]));
  const row = cardRow(card, user === null ? '' : displayName(user), who.by.at);
  return {
    view: 'registration/card.njk',
    title: `Card ${card.cardNumber}`,
    visitor: who.visitor,
    errors,
    model: {
      card: row,
      replacedBy: card.replacedBy,
      acts: ACTS[row.state],
      testActs: testCards === null ? [] : TEST_ACTS[row.state],
      reasons: Object.keys(REVOCATION_REASONS)
        .filter(isReason)
        .map((value) => ({ value, text: REASON_WORDS[value] })),
      events: events.map(({ kind, at, byUser }) => ({
        text: EVENT_WORDS[kind] ?? kind,
        at,
        by: byUser === null ? 'the holder or an operator' : (names.get(byUser) ?? byUser),
      })),
      done: request.query('done') === 'yes' ? DONE : null,
    },
  };
}

type Done = Result<{ readonly cardNumber: string }, CardRefusal | PinRefusal | IssueRefusal>;

function act(parts: PageParts) {
  return async (request: PageRequest, who: Registrar): Promise<PageAnswer> => {
    const name = request.form.text('act');
    const done = await perform(parts, request, who, name);
    if (done === null) {
      const isReasonless = name === 'revoke';
      const errors = isReasonless ? [{ field: 'reason', text: 'Choose why it is revoked' }] : [];
      return cardView(parts, request, who, errors);
    }
    if (done.ok) return { to: `/ra/cards/${done.value.cardNumber}?done=yes` };
    const field = name === 'unlock' || name === 'replace' ? `${name}-pin` : 'card';
    return cardView(parts, request, who, [{ field, text: refusalWords(done.error) }]);
  };
}

/** Null: nothing of the kind can be done here. */
async function perform(
  { cards, testCards }: PageParts,
  { parts, form }: PageRequest,
  { by }: Registrar,
  name: string,
): Promise<Done | null> {
  const cardNumber = parts['card'] ?? '';
  switch (name) {
    case 'unlock':
      return unlockCard(cards, cardNumber, form.text('unlock-pin'), by);
    case 'renew':
      return renewCard(cards, cardNumber, { by, isInPerson: true });
    case 'replace': {
      const keys = {
        pin: form.text('replace-pin'),
        types: { login: 'rsa', signing: 'rsa' },
      } as const;
      return replaceCard(cards, cardNumber, { keys }, by);
    }
    case 'suspend':
      return changeCard(cards, cardNumber, { kind: 'Suspend' }, { by });
    case 'resume':
      return changeCard(cards, cardNumber, { kind: 'Resume' }, { by });
    case 'revoke': {
      const reason = form.text('reason');
      if (!isReason(reason)) return null;
      return changeCard(cards, cardNumber, { kind: 'Revoke', reason }, { by });
    }
    default: {
      const command = testCards === null ? undefined : TEST_COMMANDS[name];
      return command === undefined ? null : changeCard(cards, cardNumber, command, { by });
    }
  }
}

function isReason(text: string): text is RevocationReason {
  return Object.hasOwn(REVOCATION_REASONS, text);
}
