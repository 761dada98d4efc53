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
  { address }: Pick<Subscription, 'address'>,
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
      text: `Somebody asked for status updates to this address. If it was you, confirm it here:\n\n${links.confirm}\n\nIf it was not, do nothing: you get no more of this.\n`,
      headers,
    };
  }
  const lines = [...notice.lines, `${url}${notice.path}`, `Stop these emails: ${links.leave}`];
  return {
    to: address,
    subject: oneLine(`[OpenSpine] ${notice.subject}`),
    text: `${lines.join('\n\n')}\n`,
    headers,
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 200);
}

/** What a webhook gets, as JSON. The question has the secret with which all later calls are signed. */
export function webhookOf(
  { secret }: Pick<Subscription, 'secret'>,
  notice: Notice | null,
  { url, links }: { readonly url: string; readonly links: Links },
): object {
  if (notice === null) {
    return {
      type: 'subscription.confirm',
      confirmUrl: links.confirm,
      leaveUrl: links.leave,
      secret,
    };
  }
  const { kind, number, subject, lines, path, cells, severity, at } = notice;
  return {
    type: `${kind}.changed`,
    timestamp: at,
    data: { number, severity, subject, text: lines, affected: cells, url: `${url}${path}` },
    leaveUrl: links.leave,
  };
}
