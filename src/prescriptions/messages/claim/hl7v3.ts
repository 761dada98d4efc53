import type { Hl7Request } from '../../../gateways/hl7v3/interaction.ts';
import type { Element } from '../../../gateways/xml/element.ts';
import { instantOf } from '../../../kernel/instant.ts';
import { fail, type Result } from '../../../kernel/result.ts';
import { OID } from '../../hl7v3/oids.ts';
import { odsOf } from '../../hl7v3/read-people.ts';
import { readSupply } from '../../hl7v3/read-supply.ts';
import { pharmacyOf, replacedBy, timeIn } from '../../hl7v3/read-values.ts';
import { Reading } from '../../hl7v3/reading.ts';
import { eventId, type Received, unprocessable, whole } from '../../hl7v3/received.ts';
import { prescriptionKey } from '../../prescription-id.ts';
import type { Rejection } from '../../rejections.ts';
import type { MakeClaim } from './decide.ts';

/** A claim, or its amendment [EPS-HL7V3 6.5, 6.10]. */
export function readClaim(
  act: Element,
  { at }: Hl7Request,
): Result<Received<MakeClaim>, Rejection> {
  const from = new Reading();
  const supply = readSupply(from, act, OID.oldShortForm);
  if (!supply.ok) return supply;
  const { header, prescriptionId, issue } = supply.value;
  const claim = eventId(from, act);
  if (!claim.ok) return claim;
  if (timeIn(from, act) === null) return fail(unprocessable('Claim Timestamp must be provided'));
  const replaces = replacedBy(from, act);
  if (!replaces.ok) return replaces;
  const dispenser = pharmacyOf(from, from.at(header, 'legalAuthenticator', 'AgentPerson'));
  if (!dispenser.ok) return dispenser;
  const payer = from.only(act, 'primaryInformationRecipient', 'AgentOrg', 'agentOrganization');
  const command: MakeClaim = {
    claim: claim.value,
    dispenser: dispenser.value,
    authority: odsOf(from, payer),
    replaces: replaces.value,
    issue,
    at: instantOf(at),
  };
  return whole(from, {
    messageId: claim.value,
    id: prescriptionKey(prescriptionId),
    command,
    organisations: [dispenser.value],
  });
}
