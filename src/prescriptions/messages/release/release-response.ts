import { type Element, element } from '../../../gateways/xml/element.ts';
import { xmlText } from '../../../gateways/xml/xml-text.ts';
import { hl7Time } from '../../hl7v3/time.ts';
import {
  FULFILS,
  guidElement,
  pertinent,
  referenceTo,
  seperatable,
  valueElement,
} from '../../hl7v3/data-types.ts';
import { OID } from '../../hl7v3/oids.ts';
import type { Instant } from '../../../kernel/instant.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import { RELEASE_BATCH_MAX } from './decide.ts';

export type ReleaseResponse = {
  /** Id of the answer: returns refer to it. */
  readonly releaseId: Uuid;
  /** Id of the focal act of the release request. */
  readonly requestId: Uuid;
  readonly by: 'nomination' | 'id';
  readonly at: Instant;
  /** Each as `releasedOrder` writes it. */
  readonly orders: readonly string[];
};

/**
 * The focal act of PORX_IN070101UK31 and PORX_IN070103UK31, to be put where `urn:hl7-org:v3` is the default
 * namespace. Each prescription is in it as it was received, with the state of its items [EPS-HL7V3 7.3].
 */
export function releaseResponseXml(response: ReleaseResponse): string {
  const { releaseId, requestId, by, at, orders } = response;
  const ends = [
    ...(by === 'nomination' ? batchInfo(orders.length) : []),
    element(
      'inFulfillmentOf',
      FULFILS,
      seperatable(false),
      referenceTo('priorDownloadRequestRef', REQUEST, requestId.toUpperCase()),
    ),
  ];
  // Parts are put together where the whole becomes bytes, once: joined here, each would be copied three times.
  let xml = '<PrescriptionReleaseResponse classCode="INFO" moodCode="EVN">';
  xml += xmlText(guidElement(releaseId.toUpperCase()));
  xml += xmlText(valueElement('effectiveTime', hl7Time(at)));
  for (const order of orders) xml += `${BEGIN}${order}</component>`;
  for (const end of ends) xml += xmlText(end);
  return `${xml}</PrescriptionReleaseResponse>`;
}

const REQUEST = { classCode: 'INFO', moodCode: 'RQO' } as const;

/** Clients pass over components that are not of this template [EPS-HL7V3 7.7]. */
const TEMPLATE = xmlText(
  element('templateId', { extension: 'PORX_MT122003UK32', root: OID.releasedTemplate }),
);

const BEGIN = `<component contextConductionInd="false" typeCode="COMP">${xmlText(seperatable(false))}${TEMPLATE}`;

/** How many prescriptions are in this batch, and how many there can be at most. */
function batchInfo(count: number): Element[] {
  return [
    ['1', count],
    ['2', RELEASE_BATCH_MAX],
  ].map(([code, value]) =>
    pertinent(
      'pertinentInformation',
      element(
        'pertinentBatchInfo',
        { classCode: 'OBS', moodCode: 'EVN' },
        element('code', { code: String(code), codeSystem: OID.batchInfo }),
        valueElement('value', String(value)),
      ),
    ),
  );
}
