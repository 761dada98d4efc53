// Shows: HL7 V3 | what a request must have, interaction by interaction: refused in Spine's words without it
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { createDatabase } from '../support/database.ts';
import { type Doors, openDoors, reasonsOf } from './doors.ts';
import { aHl7Journey, instead, without } from './hl7-journey.ts';
import { DISPENSER } from './missing-dispenser.ts';
import { PRESCRIBER } from './missing-prescriber.ts';
import { REBUILD } from './missing-rebuild.ts';

const PREFIX = 'Unable to process message. Information missing or invalid - ';
const KINDS = { ...PRESCRIBER, ...DISPENSER, ...REBUILD };

describe('a request is refused with 5000', () => {
  let made: Awaited<ReturnType<typeof createDatabase>>;
  let doors: Doors;
  let count = 0;
  before(async () => {
    made = await createDatabase();
    doors = openDoors(made.database);
  });
  after(async () => {
    await made.drop();
    process.stdout.write(`HL7 V3: ${count} things that a request must have, each missed\n`);
  });

  for (const [interaction, { send, rows }] of Object.entries(KINDS)) {
    for (const [what, edit, text] of rows) {
      test(`${interaction} without ${what}`, async () => {
        const journey = aHl7Journey(doors);
        journey.edit = edit;
        await send(journey);
        const { acknowledgement, interaction: answered } = journey.answer();
        assert.deepEqual([acknowledgement, answered], ['AE', 'MCCI_IN010000UK13']);
        assert.deepEqual(reasonsOf(journey.answer()), [`16.34 5000 ${PREFIX}${text}`]);
        count += 1;
      });
    }
  }

  test('a prescription without signature, with 0003 of another list', async () => {
    const journey = aHl7Journey(doors);
    for (const edit of [without('Signature'), instead(/<(\/?)Signature(?=[ >])/g, '<$1Other')]) {
      journey.edit = edit;
      await journey.send();
      assert.deepEqual(reasonsOf(journey.answer()), ['17.22 0003 Digital signature not found']);
    }
  });
});
