import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { writeAnswer } from '../../../gateways/hl7v3/write-answer.ts';
import { aPrescription, AT, newId, RELEASE } from '../../testing.ts';
import { releaseResponse } from './fhir.ts';
import { HELD, warningsOf } from './held.ts';

describe('a prescription that a migration held, and a pharmacy got by its id', () => {
  const ordinary = { prescription: aPrescription('ToBeDispensed') };
  const held = { prescription: { ...ordinary.prescription, held: ['D9'] } };

  test('comes with a warning beside it in FHIR, which other answers have not', () => {
    const nothing = { passed: [], failed: [] };
    const about = { releaseId: RELEASE, at: AT };
    const { parameter = [] } = releaseResponse(about, {
      ...nothing,
      held: ['24F5DA-A83008-7EFE6Z'],
    });
    assert.deepEqual(parameter.slice(2), [
      {
        name: 'warnings',
        resource: {
          resourceType: 'OperationOutcome',
          issue: [
            {
              severity: 'warning',
              code: 'incomplete',
              diagnostics: `24F5DA-A83008-7EFE6Z: ${HELD}`,
            },
          ],
        },
      },
    ]);
    assert.equal(releaseResponse(about, { ...nothing, held: [] }).parameter?.length, 2);
  });

  test('comes with a warning in the acknowledgement of HL7 V3, which is positive', () => {
    const xml = writeAnswer(
      {
        interaction: 'PORX_IN070103UK31',
        messageId: newId(),
        acknowledgement: 'AA',
        details: [],
        warnings: warningsOf([ordinary, held]),
        reasons: [],
        subject: null,
        at: new Date(AT),
      },
      { from: '1', to: '2', messageRef: newId() },
    );
    assert.match(xml, /<acknowledgement typeCode="AA">\s*<acknowledgementDetail typeCode="WG">/);
    assert.deepEqual(warningsOf([ordinary]), []);
  });
});
