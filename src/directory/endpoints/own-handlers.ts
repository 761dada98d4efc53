import { type MessageHandler, mmInteraction, USUAL_RELIABILITY } from './system.ts';

/** Contracts under which a Spine takes messages, as the test environments of the NHS have them [EPS-HL7V3 3.3]. */
const CPA_IDS = {
  PORX_IN020101UK31: 'S20001A000100',
  PORX_IN020102UK31: 'S20000A000086',
  PORX_IN030101UK32: 'S20001A000126',
  PORX_IN060102UK30: 'S20000A000088',
  PORX_IN080101UK31: 'S20001A000106',
  PORX_IN090101UK31: 'S20000A000098',
  PORX_IN100101UK31: 'S20000A000084',
  PORX_IN132004UK30: 'S20001A000104',
  PORX_IN510101UK31: 'S20000A000096',
  PORX_IN540101UK31: 'S20000A000080',
} as const;

/** Of a Spine itself, whose code is that of its party key. */
export function ownHandlers({
  partyKey,
  urls,
}: {
  readonly partyKey: string;
  /** Addresses of its listeners, without a path. */
  readonly urls: readonly string[];
}): MessageHandler[] {
  const [first] = urls;
  return Object.entries(CPA_IDS).map(([id, cpaId]) => ({
    mhsId: `${partyKey}:${id}`,
    ods: partyKey.split('-')[0] ?? '',
    partyKey,
    interaction: mmInteraction(id),
    cpaId,
    fqdn: first === undefined ? '' : new URL(first).hostname,
    endpoints: urls.map((url) => `${url}/reliablemessaging/reliablerequest`),
    ...USUAL_RELIABILITY,
  }));
}
