import type { Element } from '../../../gateways/xml/element.ts';
import { dispenserAgent } from '../../hl7v3/party.ts';
import type { Dispenser } from '../dispenser.ts';

/** Who dispenses, and for which organisation [EPS-HL7-MAP 2]; null where the message tells it wrongly. */
export function dispenserElement(dispenser: Dispenser | null): Element | null {
  if (dispenser === null) return null;
  const { person, organisation, telecom, shared } = dispenser;
  return dispenserAgent({ person, telecom, organisation: { ...organisation, ...shared } });
}
