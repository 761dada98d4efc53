import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Channel } from '../../subscriptions/subscription.ts';
import { parseEmail, parseWebhook } from '../../subscriptions/targets.ts';

/** Where somebody is told of what fails for them alone. */
export type Contact = {
  /** `ods:FA565`, `asid:999000000201` or `party:FA565-000001`. */
  readonly whose: string;
  readonly channel: Channel;
  readonly address: string;
  /** Null: its owner has not said yes yet, and it is told nothing. */
  readonly confirmedAt: string | null;
};

const SHAPES: readonly (readonly [kind: string, shape: RegExp])[] = [
  ['asid', /^\d{12}$/],
  ['party', /^[A-Z0-9]{3,10}-\d{6,7}$/],
  ['ods', /^[A-Z0-9]{3,10}$/],
];

/** An ODS code, an ASID or a party key, as people type it. */
export function parseWhose(text: string): Result<string, string> {
  const code = text
    .trim()
    .toUpperCase()
    .replace(/^(?:ODS|ASID|PARTY):/, '');
  const found = SHAPES.find(([, shape]) => shape.test(code));
  return found === undefined
    ? fail('Enter an ODS code, an ASID of 12 digits or a party key, like FA565')
    : ok(`${found[0]}:${code}`);
}

/** An email address, or the address of a webhook; `webhookHosts`: see `parseWebhook`. */
export function parseAddress(
  text: string,
  webhookHosts: readonly string[],
): Result<Pick<Contact, 'channel' | 'address'>, string> {
  if (/^\s*[a-z]+:\/\//i.test(text)) {
    const url = parseWebhook(text, webhookHosts);
    return url.ok ? ok({ channel: 'webhook', address: url.value.href }) : url;
  }
  const email = parseEmail(text);
  return email.ok ? ok({ channel: 'email', address: email.value }) : email;
}

/** Those of any of these names, and nobody else's. */
export function contactsOf<One extends Pick<Contact, 'whose'>>(
  contacts: readonly One[],
  names: readonly string[],
): One[] {
  return contacts.filter(({ whose }) => names.includes(whose));
}
