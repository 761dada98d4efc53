import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Store } from '../../store/repository.ts';
import {
  addSubscription,
  leave,
  noteContact,
  subscriptionsIn,
} from '../../subscriptions/record.ts';
import { ALL, type Subscription } from '../../subscriptions/subscription.ts';
import type { Contact } from './contact.ts';

/** By whose they are. */
export function contactsIn(store: Store): Contact[] {
  return found(store)
    .map(({ channel, address, confirmedAt, wanted: { whose } }) => ({
      whose: whose ?? '',
      channel,
      address,
      confirmedAt,
    }))
    .toSorted((one, other) => one.whose.localeCompare(other.whose));
}

function found(store: Store): Subscription[] {
  return subscriptionsIn(store).filter(({ wanted }) => wanted.whose !== null);
}

export type Naming = Omit<Contact, 'confirmedAt'> & { readonly at: Date };

/** Asks an address whether it wants to be told; fails when it was named for these people before. */
export function nameContact(
  store: Store,
  { whose, channel, address, at }: Naming,
): Result<Contact, string> {
  return store.transaction(() => {
    const known = findContact(store, { whose, channel, address });
    if (known !== null) return fail('This address is named for them already');
    const wanted = { ...ALL, whose };
    noteContact(store, { channel, wanted }, 'Named', at);
    addSubscription(store, { channel, address, wanted, at });
    return ok({ whose, channel, address, confirmedAt: null });
  });
}

/** Nothing goes there any more; fails when the address is not named for them. */
export function removeContact(store: Store, naming: Naming): Result<Contact, string> {
  const known = findContact(store, naming);
  if (known === null) return fail('This address is not named for them');
  leave(store, known, naming.at);
  const { whose, channel, address } = naming;
  return ok({ whose, channel, address, confirmedAt: known.confirmedAt });
}

function findContact(
  store: Store,
  { whose, channel, address }: Omit<Naming, 'at'>,
): Subscription | null {
  const isIt = (one: Subscription): boolean =>
    one.wanted.whose === whose && one.channel === channel && one.address === address;
  return found(store).find(isIt) ?? null;
}
