import { type Form, parseForm, type PlainPages, type View } from '../../pages/index.ts';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../platform/http.ts';
import { messageView } from '../site/handle.ts';
import { type Chosen, subscribeView } from '../site/pages.ts';
import type { Store } from '../store/repository.ts';
import { askToSubscribe, confirm, findByToken, leave } from './record.ts';
import { type Channel, CHANNELS, parseWanted } from './subscription.ts';
import { parseEmail, parseWebhook } from './targets.ts';

export type SubscribeParts = {
  readonly store: Store;
  readonly pages: PlainPages;
  readonly now: () => Date;
  readonly offers: { readonly email: boolean };
  readonly webhookHosts: readonly string[];
  /** Something waits to be sent. */
  readonly onAsked: () => void;
};

/** What the site does for subscribers; the only part of it that writes. */
export function subscribeRoutes(parts: SubscribeParts): HttpRoute[] {
  return [
    { method: 'POST', path: '/subscribe', handle: (request) => subscribe(parts, request) },
    {
      method: 'GET',
      path: '/subscribe/confirm',
      handle: (request) => ask(parts, request, 'confirm'),
    },
    { method: 'GET', path: '/subscribe/leave', handle: (request) => ask(parts, request, 'leave') },
    {
      method: 'POST',
      path: '/subscribe/confirm',
      handle: (request) => act(parts, request, 'confirm'),
    },
    { method: 'POST', path: '/subscribe/leave', handle: (request) => act(parts, request, 'leave') },
  ];
}

async function subscribe(parts: SubscribeParts, request: HttpRequest): Promise<HttpResponse> {
  const { store, pages, now, offers, webhookHosts, onAsked } = parts;
  const form = await parseForm(request.headers['content-type'], request.body);
  if (!form.ok) return pages.draw(request, { ...messageView(form.error, []), status: 400 });
  const chosen = chosenIn(form.value);
  const channel = CHANNELS.find(
    (one) => one === chosen.channel && (one !== 'email' || offers.email),
  );
  if (channel === undefined) {
    const error = { field: 'channel', text: 'Choose how you want to be told' };
    return pages.draw(request, { ...subscribeView(offers, chosen), errors: [error] });
  }
  const address = addressOf(channel, chosen.address, webhookHosts);
  if ('problem' in address) {
    const error = { field: 'address', text: address.problem };
    return pages.draw(request, { ...subscribeView(offers, chosen), errors: [error] });
  }
  askToSubscribe(store, {
    channel,
    address: address.text,
    wanted: parseWanted(chosen),
    at: now(),
  });
  onAsked();
  return pages.draw(
    request,
    messageView('Look for the link that we sent', [
      'If nobody has asked for this address within the last hour, a link is on its way there. Nothing else is sent until it is used.',
    ]),
  );
}

function chosenIn(form: Form): Chosen {
  return {
    channel: form.text('channel'),
    address: form.text('address'),
    severity: form.text('severity'),
    maintenance: form.text('maintenance') === 'yes',
    components: form.all('component'),
    sites: form.all('site'),
    users: form.all('users'),
    incident: form.text('incident'),
  };
}

function addressOf(
  channel: Channel,
  typed: string,
  webhookHosts: readonly string[],
): { readonly text: string } | { readonly problem: string } {
  if (channel === 'email') {
    const address = parseEmail(typed);
    return address.ok ? { text: address.value } : { problem: address.error };
  }
  const url = parseWebhook(typed, webhookHosts);
  return url.ok ? { text: url.value.href } : { problem: url.error };
}

type What = 'confirm' | 'leave';

/** A page with a button: programs that only look at the links of a mail confirm nothing. */
function ask(parts: SubscribeParts, request: HttpRequest, what: What): HttpResponse {
  const link = { id: word(request, 'id'), token: word(request, 'token') };
  if (findByToken(parts.store, what, link) === null) return parts.pages.draw(request, GONE);
  const [title, button] =
    what === 'confirm'
      ? ['Do you want status updates here?', 'Yes, tell me']
      : ['Do you want no more status updates here?', 'Stop them'];
  const view = messageView(title, [], { ...link, action: `/subscribe/${what}`, button });
  return parts.pages.draw(request, view);
}

/** The link of a mail's own button has its words in the address, that of ours in the form. */
async function act(parts: SubscribeParts, request: HttpRequest, what: What): Promise<HttpResponse> {
  const form = await parseForm(request.headers['content-type'], request.body);
  const typed = (name: string): string =>
    (form.ok ? form.value.text(name) : '') || word(request, name);
  const link = { id: typed('id'), token: typed('token') };
  const subscription = findByToken(parts.store, what, link);
  if (subscription === null) return parts.pages.draw(request, GONE);
  if (what === 'confirm') confirm(parts.store, subscription, parts.now());
  else leave(parts.store, subscription, parts.now());
  const done =
    what === 'confirm'
      ? messageView('You are subscribed', ['Each message says how to stop them.'])
      : messageView('You are not subscribed any more', ['We have removed the address.']);
  return parts.pages.draw(request, done);
}

const GONE: View = {
  ...messageView('This link is not in use', [
    'It was used to leave, is too old, or was not copied whole.',
  ]),
  status: 404,
};

function word({ query }: HttpRequest, name: string): string {
  const value = query[name];
  return typeof value === 'string' ? value : '';
}
