import type { HttpRequest, HttpResponse, HttpRoute } from '../../platform/http.ts';
import type { LateParty } from '../monitor/observed.ts';
import { showsKey } from '../shown-key.ts';
import type { Store } from '../store/repository.ts';
import { type Contact, parseAddress, parseWhose } from './contacts/contact.ts';
import { nameContact, removeContact } from './contacts/record.ts';

export const CONTACTS_PATH = '/operations/contacts';
export const LATE_PATH = '/operations/late';

const KEEP_MS = 20 * 60_000;

/** What a person has typed. */
export type ContactOrder = {
  readonly act: 'add' | 'remove';
  readonly whose: string;
  readonly address: string;
};

export type ContactDone =
  | { readonly contact: Contact }
  | { readonly problem: { readonly field: 'whose' | 'address'; readonly text: string } };

type Parts = {
  readonly now: () => Date;
  readonly offers: { readonly email: boolean };
  readonly webhookHosts: readonly string[];
  /** Something waits to be sent. */
  readonly onAsked: () => void;
};

/** Of the status site: where datacentres say which suppliers take no messages, and operators where suppliers are told. */
export function supplierRoutes(store: Store, key: string | null, parts: Parts): HttpRoute[] {
  const guarded =
    (handle: (body: unknown) => HttpResponse): HttpRoute['handle'] =>
    (request: HttpRequest) =>
      showsKey(request, key)
        ? handle(parsed(request.body))
        : { status: 401, headers: { 'WWW-Authenticate': 'Bearer' }, body: '' };
  return [
    {
      method: 'POST',
      path: LATE_PATH,
      handle: guarded((body) => takeLate(store, parts.now(), body)),
    },
    {
      method: 'POST',
      path: CONTACTS_PATH,
      handle: guarded((body) => {
        const order = orderIn(body);
        return order === null ? json(400, {}) : json(200, obey(store, parts, order));
      }),
    },
  ];
}

function takeLate(store: Store, at: Date, body: unknown): HttpResponse {
  const parties = partiesIn(body);
  if (parties === null) return json(400, {});
  store.observed.keepLate({ at, parties }, new Date(at.getTime() - KEEP_MS));
  return json(200, {});
}

function obey(
  store: Store,
  { now, offers, webhookHosts, onAsked }: Parts,
  order: ContactOrder,
): ContactDone {
  const whose = parseWhose(order.whose);
  if (!whose.ok) return { problem: { field: 'whose', text: whose.error } };
  const address = parseAddress(order.address, webhookHosts);
  if (!address.ok) return { problem: { field: 'address', text: address.error } };
  if (address.value.channel === 'email' && order.act === 'add' && !offers.email) {
    const text = 'No mail server is set (OPENSPINE_SMTP_URL): enter the address of a webhook';
    return { problem: { field: 'address', text } };
  }
  const naming = { ...address.value, whose: whose.value, at: now() };
  const done = order.act === 'add' ? nameContact(store, naming) : removeContact(store, naming);
  if (!done.ok) return { problem: { field: 'address', text: done.error } };
  onAsked();
  return { contact: done.value };
}

function orderIn(body: unknown): ContactOrder | null {
  const [act, whose, address] = ['act', 'whose', 'address'].map((name) => valueIn(body, name));
  const isOrder = typeof whose === 'string' && typeof address === 'string';
  return isOrder && (act === 'add' || act === 'remove') ? { act, whose, address } : null;
}

/** Null when one of them is not in its form. */
function partiesIn(body: unknown): LateParty[] | null {
  const list = valueIn(body, 'parties');
  if (!Array.isArray(list)) return null;
  const parties = list.map(partyIn);
  return parties.every((one) => one !== null) ? parties : null;
}

function partyIn(value: unknown): LateParty | null {
  const whose = valueIn(value, 'party');
  const party = typeof whose === 'string' ? parseWhose(`party:${whose}`) : null;
  const [names, waiting, lost] = ['names', 'waiting', 'lost'].map((name) => valueIn(value, name));
  const isCounted = Number.isInteger(waiting) && Number.isInteger(lost);
  if (party === null || !party.ok || !Array.isArray(names) || !isCounted) return null;
  const known = names.map((name) => parseWhose(String(name)));
  return {
    party: party.value.replace(/^party:/, ''),
    names: known.flatMap((name) => (name.ok ? [name.value] : [])),
    waiting: Number(waiting),
    lost: Number(lost),
  };
}

function valueIn(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : null;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function json(status: number, value: object): HttpResponse {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  return { status, headers, body: JSON.stringify(value) };
}
