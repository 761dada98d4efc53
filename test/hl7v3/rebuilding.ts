import { randomUUID } from 'node:crypto';

import type { Hl7Journey } from './hl7-journey.ts';

/** A history of the last notification under other ids, once for each of these statuses of its items. */
export function rebuildOf(of: Hl7Journey, ...told: readonly string[]): string {
  const last = of.sent.findLast((xml) => xml.includes('<PORX_IN080101SM31')) ?? '';
  const [, act = ''] = /<subject>([\s\S]*)<\/subject>/.exec(last) ?? [];
  const components = told.map((status, place) => {
    const id = randomUUID().toUpperCase();
    const renamed = act
      .replaceAll(of.lastDispense.toUpperCase(), id)
      .replace(/code="\d{4}"( codeSystem="[^"]+17\.23")/, `code="${status}"$1`)
      .replace(
        /code="\d{4}"( codeSystem="[^"]+16\.35")/,
        `code="${status === '0001' ? '0006' : '0003'}"$1`,
      );
    return `<component typeCode="COMP"><sequenceNumber value="${told.length - place}"/><seperatableInd value="false"/>
      <templateId extension="PORX_MT024001UK31" root="2.16.840.1.113883.2.1.3.2.4.17.113"/>${renamed}</component>`;
  });
  const head = last
    .slice(0, last.indexOf('<subject>'))
    .replaceAll('PORX_IN080101SM31', 'PORX_IN540101UK31');
  return `${head}<subject><RebuildDispenseHistory classCode="ACTN" moodCode="RQO"><id root="${randomUUID().toUpperCase()}"/>
    <effectiveTime value="20260105093000"/>${components.join('')}
    <pertinentInformation1 typeCode="PERT"><seperatableInd value="false"/><pertinentPrescriptionID classCode="OBS" moodCode="EVN"><code code="PID" codeSystem="2.16.840.1.113883.2.1.3.2.4.17.30"/><value root="2.16.840.1.113883.2.1.3.2.4.18.8" extension="${of.id}"/></pertinentPrescriptionID></pertinentInformation1>
    <pertinentInformation3 typeCode="PERT"><seperatableInd value="false"/><pertinentWithdrawReason classCode="OBS" moodCode="EVN"><code code="PWR" codeSystem="2.16.840.1.113883.2.1.3.2.4.17.30"/><value code="QU" codeSystem="2.16.840.1.113883.2.1.3.2.4.17.110"/></pertinentWithdrawReason></pertinentInformation3>
    </RebuildDispenseHistory></subject></ControlActEvent></PORX_IN540101UK31>`;
}
