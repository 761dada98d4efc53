import type { Operator } from '../../identity/index.ts';
import type { FieldError, PageRequest, Redirect, View } from '../../pages/index.ts';
import { recordAct } from '../audit/repository.ts';
import { INCIDENT_LIST, type IncidentPagesParts, notAnswered } from '../incidents/pages.ts';
import { parseWhose } from './contacts/contact.ts';
import { nameOf } from './fault.ts';

type Filled = {
  readonly whose: string;
  readonly address: string;
  readonly errors: readonly FieldError[];
};

const NOTHING: Filled = { whose: '', address: '', errors: [] };
const PATH = '/ops/contacts';

/** Where sites and suppliers are told of what fails for them alone [EXPERIENCE 6.3]. */
export function contactsPage(parts: IncidentPagesParts): Promise<View> {
  return shown(parts, NOTHING);
}

/** Names an address or takes it away; what cannot be done is said at its field, with all that was typed. */
export async function orderContact(
  parts: IncidentPagesParts,
  { form }: PageRequest,
  by: Operator,
): Promise<View | Redirect> {
  const act = form.text('act') === 'remove' ? 'remove' : 'add';
  const [whose, address] = [form.text('whose'), form.text('address')];
  const about = parseWhose(whose);
  await recordAct(parts.database, {
    interaction: `contact-${act}`,
    by,
    nhsNumber: null,
    outcome: about.ok ? `asked for, ${about.value}` : 'asked for',
  });
  const done = (await parts.desk?.contact({ act, whose, address })) ?? null;
  if (done !== null && 'contact' in done) return { to: PATH };
  const error = done === null ? notAnswered('spine contact') : done.problem;
  return shown(parts, { whose, address, errors: [error] });
}

async function shown(
  { desk, statusUrl }: IncidentPagesParts,
  { whose, address, errors }: Filled,
): Promise<View> {
  const found = (await desk?.look()) ?? null;
  if (found === null) return { ...INCIDENT_LIST, errors, model: { statusUrl, isAnswering: false } };
  const contacts = found.contacts.map((one) => ({ ...one, who: nameOf(one.whose) }));
  return {
    view: 'operations/contacts.njk',
    title: 'Where sites and suppliers are told',
    errors,
    model: { contacts, fields: { whose, address } },
  };
}
