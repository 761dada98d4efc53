import type { Life } from './life.ts';
import type { LegacyRow } from './life-rows.ts';

/** Invented persons: with hyphens, apostrophes and diacritics [MIGRATION 11]. */
const SURNAMES = ['Ashby', "O'Synthé", 'Müller-Invent', 'D’Exemple', 'Nørregård', 'Żółć', 'Test'];

/** A message as it might have been received: invented, short, and with white space that nobody may tidy. */
export function payloadOf(row: LegacyRow, { beginning }: Life): Buffer {
  const { id, n, patient, prescriber, items } = beginning;
  const lines = Array.from(
    { length: items },
    (_, item) =>
      `  <pertinentLineItem n="${item + 1}">Synthetic tablets 75mg, 28</pertinentLineItem>`,
  );
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<!-- invented: no person has this prescription -->\n` +
      `<${row['INTERACTION']} xmlns="urn:hl7-org:v3" >\n <id root="${row['MSG_ID']}"/>\t<creationTime value='${row['RECV_TS']}'/>\n` +
      ` <prescriptionID extension="${id}"/><patient extension="${patient}"><family>${SURNAMES[n % SURNAMES.length]}</family></patient><author extension="${prescriber}"/>\n` +
      `${row['INTERACTION']?.startsWith('PORX_IN02010') === true ? lines.join('\n') : ''}\n</${row['INTERACTION']}>\n`,
  );
}
