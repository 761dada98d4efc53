import { type Element, element, textElement } from '../../gateways/xml/element.ts';
import type { Performer } from '../prescription.ts';
import {
  addressElement,
  codeElement,
  idElement,
  telecomElement,
  valueElement,
} from './data-types.ts';
import { OID } from './oids.ts';
import type { Address, PersonName, Telecom } from './order-document.ts';
import { odsId, ORGANISATION, organisationType, PERSON } from './people.ts';
import type { Reading } from './reading.ts';
import { odsOf, organisationIn, personIn, readAddress, readName } from './read-people.ts';
import { hl7Time } from './time.ts';

/** Who dispenses, and for which organisation [EPS-HL7-MAP 2]. */
export type DispenserAgent = {
  readonly person: {
    readonly userId: string | null;
    readonly name: string | null;
    readonly roleProfile: string | null;
    readonly jobRole: string | null;
  };
  readonly telecom: Telecom | null;
  readonly organisation: {
    readonly ods: string;
    readonly name: string | null;
    readonly telecom: Telecom | null;
    readonly address: Address | null;
  };
};

export function dispenserAgent({ person, telecom, organisation }: DispenserAgent): Element {
  const { roleProfile, jobRole, userId, name } = person;
  return element(
    'AgentPerson',
    { classCode: 'AGNT' },
    roleProfile === null ? null : idElement({ root: OID.roleProfile, extension: roleProfile }),
    jobRole === null ? null : codeElement(jobRole, OID.jobRole),
    telecom === null ? null : telecomElement(telecom),
    element(
      'agentPerson',
      PERSON,
      userId === null ? null : idElement({ root: OID.professional, extension: userId }),
      name === null ? null : textElement('name', name),
    ),
    element(
      'representedOrganization',
      ORGANISATION,
      odsId(organisation.ods),
      organisationType(),
      organisation.name === null ? null : textElement('name', organisation.name),
      organisation.telecom === null ? null : telecomElement(organisation.telecom),
      organisation.address === null ? null : addressElement(organisation.address),
    ),
  );
}

/** Who has a prescription, or had it, as told when they had it released [EPS-HL7V3 7.2]. */
export function performerElement(performer: Performer): Element {
  const { person, organisation, releasedAt } = performer;
  const { addressLines: lines, postcode } = organisation;
  const hasAddress = lines.length > 0 || postcode !== null;
  return element(
    'performer',
    { contextControlCode: 'OP', typeCode: 'PRF' },
    releasedAt === undefined ? null : valueElement('time', hl7Time(releasedAt)),
    dispenserAgent({
      person,
      telecom: workTelecom(person.telecom),
      organisation: {
        ods: organisation.ods,
        name: organisation.name,
        telecom: workTelecom(organisation.telecom),
        address: hasAddress ? { use: 'WP', lines, postcode } : null,
      },
    }),
  );
}

function workTelecom(number: string | null): Telecom | null {
  if (number === null) return null;
  const packed = number.replaceAll(/\s/g, '');
  return { use: 'WP', value: packed.startsWith('tel:') ? packed : `tel:${packed}` };
}

/** A person and the organisation that they act for, as a pharmacy's message tells them; codes are looked at later. */
export type ToldDispenser = {
  readonly person: Performer['person'];
  readonly organisation: Omit<Performer['organisation'], 'ods'> & { readonly ods: string };
};

export function readDispenserAgent(from: Reading, agent: Element): ToldDispenser {
  const person = personIn(from, agent);
  const personId = person === null ? null : from.maybe(person, 'id');
  const name = person === null ? null : from.maybe(person, 'name');
  const organisation = organisationIn(from, agent);
  const called = from.maybe(organisation, 'name');
  const [addr] = from.all(organisation, 'addr');
  const address = addr === undefined ? null : readAddress(from, addr);
  return {
    person: {
      userId: personId === null ? null : from.extension(personId, OID.professional, OID.user),
      name: name === null ? null : nameText(readName(from, name)),
      roleProfile: from.extension(from.only(agent, 'id'), OID.roleProfile),
      jobRole: from.attribute(from.only(agent, 'code'), 'code'),
      telecom: numberOf(from, agent),
    },
    organisation: {
      ods: odsOf(from, organisation),
      name: called === null ? null : from.text(called),
      telecom: numberOf(from, organisation),
      addressLines: address?.lines ?? [],
      postcode: address?.postcode ?? null,
    },
  };
}

function nameText({ prefixes, givens, family, suffixes, text }: PersonName): string {
  const parts = [...prefixes, ...givens, family ?? '', ...suffixes].filter((part) => part !== '');
  return text ?? parts.join(' ');
}

function numberOf(from: Reading, element: Element): string | null {
  const [telecom] = from.all(element, 'telecom');
  return telecom === undefined ? null : from.attribute(telecom, 'value').replace(/^tel:/, '');
}
