import assert from 'node:assert/strict';

import type { Database } from '../../src/platform/database.ts';
import { COMPATIBLE, type Settings } from '../../src/prescriptions/index.ts';
import { prescriptionKey } from '../../src/prescriptions/prescription-id.ts';
import { testDatabase } from '../support/database.ts';
import type { JourneyOptions } from '../support/journey.ts';
import { type Doors, openDoors, told } from './doors.ts';
import { aHl7Journey, type Hl7Journey, instead } from './hl7-journey.ts';

/** The doors over this test file's own database. */
export type TestDoors = {
  readonly database: () => Database;
  readonly doors: () => Doors;
  /** A prescription that is nominated to nobody, if it is not said otherwise. */
  readonly journey: (options?: JourneyOptions) => Hl7Journey;
  readonly withSettings: (settings: Partial<Settings>) => Hl7Journey;
  /** Code of the current issue's status. */
  readonly status: (of: Hl7Journey) => Promise<string>;
};

export function testDoors(): TestDoors {
  const made = testDatabase();
  const database = (): Database => made().database;
  const doors = (): Doors => openDoors(database());
  const unnominated = { nominated: null };
  return {
    database,
    doors,
    journey: (options = unnominated) => aHl7Journey(doors(), options),
    withSettings: (settings) =>
      aHl7Journey(openDoors(database(), { ...COMPATIBLE, ...settings }), unnominated),
    status: async ({ id }) => {
      const [row] = await database().all<{ status: string }>({
        text: 'select status from prescriptions.prescription where prescription_id = $1',
        values: [prescriptionKey(id)],
      });
      return row?.status ?? 'none';
    },
  };
}

/** `AA 0001` of a cancellation response. */
export function cancelled(of: Hl7Journey): string {
  const answer = of.answer();
  const value = told(answer, 'pertinentInformation3', 'pertinentResponse', 'value');
  return `${answer.acknowledgement} ${value.attributes['code']}`;
}

/** `AE 0004` of a release rejection. */
export function rejected(of: Hl7Journey): string {
  const answer = of.answer();
  const { interaction, acknowledgement } = answer;
  assert.equal(interaction, 'PORX_IN110101UK30');
  const value = told(answer, 'pertinentInformation', 'pertinentRejectionReason', 'value');
  return `${acknowledgement} ${value.attributes['code']}`;
}

export const FULLY = ['FullyDispensed'] as const;

/** A cancel request of the whole prescription in place of one item. */
export const ofTheWhole = instead(/<pertinentInformation1[\s\S]*?<\/pertinentInformation1>/, '');
