import { text } from 'node:stream/consumers';

import { type Invocation, isSet, type Option, textOption } from '../cli/command.ts';
import { Trouble } from '../platform/trouble.ts';
import { attemptsFolder, cardOf, type TokenCard } from './token/card.ts';
import { openReader, type Reader, theCard } from './token/reader.ts';

const MODULE: Option = {
  flag: 'module',
  value: 'file',
  help: "PKCS#11 library of the card's maker; the keys are in the chip",
};
const TOKEN: Option = {
  flag: 'token',
  value: 'label',
  help: 'which card, when several are in the reader',
};
export const PIN_STDIN: Option = {
  flag: 'pin-stdin',
  help: 'read the passcode from the first line of standard input',
};

export const TOKEN_OPTIONS: readonly Option[] = [MODULE, TOKEN];

export function isOnToken(invocation: Invocation): boolean {
  return textOption(invocation, 'module') !== null;
}

/** What the options name. Throws Trouble. */
export function readerIn(invocation: Invocation): Promise<Reader> {
  const module = textOption(invocation, 'module');
  if (module === null) {
    throw new Trouble(
      'no PKCS#11 library is named',
      'name it with --module, for SoftHSM2 on Debian /usr/lib/softhsm/libsofthsm2.so',
    );
  }
  return openReader(module, textOption(invocation, 'token'));
}

/** The card that is in the reader now. Throws Trouble. */
export async function tokenCardIn(invocation: Invocation): Promise<TokenCard> {
  const reader = await readerIn(invocation);
  return cardOf(reader, theCard(reader), attemptsFolder(process.env));
}

/** Typed on the command line, or in the first line of standard input where nobody else of the machine sees it. */
export async function pinIn(invocation: Invocation): Promise<string> {
  const [pin = ''] = isSet(invocation, 'pin-stdin') ? await lines() : [];
  return isSet(invocation, 'pin-stdin') ? pin : (textOption(invocation, 'pin') ?? '');
}

/** Of standard input, to its end. */
export async function lines(): Promise<readonly string[]> {
  return (await text(process.stdin)).split(/\r?\n/);
}
