import { nameOf } from '../suppliers/fault.ts';
import type { Notice } from './notices.ts';
import type { Subscription } from './subscription.ts';

/** Addresses that only the owner of a subscription's address learns. */
export type Links = { readonly confirm: string; readonly leave: string };

export type Email = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** Null: the question whether the address wants to be told. */
export function emailOf(
  { address, wanted: { whose } }: Pick<Subscription, 'address' | 'wanted'>,
  notice: Notice | null,
  { url, links }: { readonly url: string; readonly links: Links },
): Email {
  // RFC 8058: mail programs show a button that leaves with one click.
  const headers = {
    'List-Unsubscribe': `<${links.leave}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'Auto-Submitted': 'auto-generated',
  };
  if (notice === null) {
    return {
      to: address,
      subject: 'Confirm that you want OpenSpine status updates',
      text: `${askedWords(whose)}, confirm it here:\n\n${links.confirm}\n\nIf not, do nothing: you get no more of this.\n`,
      headers,
    };
  }
  const where = notice.path === null ? [] : [`${url}${notice.path}`];
  const lines = [...notice.lines, ...where, `Stop these emails: ${links.leave}`];
  return {
    to: address,
    subject: oneLine(`[OpenSpine] ${notice.subject}`),
    text: `${lines.join('\n\n')}\n`,
    headers,
  };
}

function askedWords(whose: string | null): string {
  return whose === null
    ? 'Somebody asked for status updates to this address. If it was you'
    : `Whoever runs this service would tell this address when something fails for ${nameOf(whose)} alone. If that is yours and you want to be told`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 200);
}

/** What a webhook gets, as JSON. The question has the secret with which all later calls are signed. */
export function webhookOf(
  { secret, wanted: { whose } }: Pick<Subscription, 'secret' | 'wanted'>,
  notice: Notice | null,
  { url, links }: { readonly url: string; readonly links: Links },
): object {
  if (notice === null) {
    return {
      type: 'subscription.confirm',
      ...(whose === null ? {} : { whose }),
      confirmUrl: links.confirm,
      leaveUrl: links.leave,
      secret,
    };
  }
  const { kind, number, subject, lines, path, cells, severity, at } = notice;
  return {
    type: `${kind}.changed`,
    timestamp: at,
    data: {
      number,
      severity,
      subject,
      text: lines,
      affected: cells,
      url: path === null ? null : `${url}${path}`,
    },
    leaveUrl: links.leave,
  };
}
