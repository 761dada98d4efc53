import { X509Certificate } from 'node:crypto';

import type { FieldError, View } from '../../pages/index.ts';
import { type Asked, addressOf, serviceAddress } from './asked.ts';
import type { ToSign } from './service.ts';

/** A card that can be asked for its passcode. */
export type Shown = {
  readonly userId: string;
  readonly login: Buffer;
  readonly signing: Buffer | null;
};

/** `wanted`: what is to be signed; null: somebody signs in. */
export function passcodeView(
  asked: Asked,
  {
    card: { userId, login, signing },
    wanted,
  }: { readonly card: Shown; readonly wanted: ToSign | null },
  errors: readonly FieldError[],
): View {
  return {
    view: 'agent/passcode.njk',
    title: 'Enter the passcode of your card',
    errors,
    model: {
      service: hostOf(asked),
      wanted: wanted === null ? null : { ...wanted, count: countOf(wanted) },
      userId,
      holder: nameIn(signing) ?? 'not written on this card',
      endsAt: new Date(new X509Certificate(login).validTo),
      back: serviceAddress(asked),
    },
  };
}

function countOf({ payloads }: ToSign): string {
  return payloads.length === 1 ? '1 prescription' : `${payloads.length} prescriptions`;
}

/** The names stand in the certificate of the other key: `CN=<uid>_<First>_<Last>` [IDENTITY 1.4]. */
function nameIn(signing: Buffer | null): string | null {
  if (signing === null) return null;
  const { subject } = new X509Certificate(signing);
  return /^CN=\d{12}_(.+)$/m.exec(subject)?.[1]?.replaceAll('_', ' ') ?? null;
}

export function hostOf({ at }: Asked): string {
  return new URL(at).host;
}

export type Message = {
  readonly title: string;
  readonly lines: readonly string[];
  readonly status?: number;
};

export const MESSAGES = {
  NoCard: {
    title: 'There is no card in the reader',
    lines: ['Put your card in the reader of this computer, and try again.'],
  },
  Several: {
    title: 'There are several cards in the reader',
    lines: ['Take out all but the one that you want to sign in with, and try again.'],
  },
  NotEnrolled: {
    title: 'This card cannot sign in',
    lines: [
      'It has no certificate to sign in with. A Registration Authority agent puts one on it.',
    ],
  },
  NotForSigning: {
    title: 'This card cannot sign',
    lines: ['It has no certificate to sign with. A Registration Authority agent puts one on it.'],
  },
  OfAnother: {
    title: 'This card is of somebody else',
    lines: ['Put in the card of the person who is asked to sign, and try again.'],
  },
  Locked: {
    title: 'This card is locked',
    lines: [
      'Three wrong passcodes were entered on this computer.',
      'Your local smartcard administrator or a Registration Authority agent unlocks it in person and you choose a new passcode.',
    ],
  },
  Removed: {
    title: 'The card was taken out',
    lines: ['Put it in again and leave it there until it has signed.'],
  },
  FormOld: {
    title: 'This form is out of date',
    lines: ['Nothing was signed. Go back to the service and start again.'],
    status: 403,
  },
  NotServed: {
    title: 'This service is not known here',
    lines: [
      'The card agent of this computer signs in only at the services that it was started for. Nothing was signed.',
    ],
    status: 403,
  },
  NotFound: { title: 'Page not found', lines: ['There is nothing at this address.'], status: 404 },
  Bug: {
    title: 'The card agent has failed',
    lines: ['Nothing was signed. Try again, or ask for help as said below.'],
    status: 500,
  },
} as const satisfies Record<string, Message>;

/** Shown for the moment in which the browser goes back to the service. */
export function onwardView(to: string): View {
  const lines = ['Your card has signed. If nothing happens, go on with the link.'];
  const model = { lines, back: to, service: new URL(to).host };
  return { view: 'agent/message.njk', title: 'Your card has signed', model };
}

/** What stands in the way, with the way on when a service asked. */
export function messageView({ title, lines, status = 200 }: Message, asked: Asked | null): View {
  const ways =
    asked === null
      ? {}
      : { again: addressOf(asked), back: serviceAddress(asked), service: hostOf(asked) };
  return { view: 'agent/message.njk', title, status, model: { lines, ...ways } };
}
