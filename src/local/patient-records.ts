import { importPatients } from '../demographics/index.ts';
import { Bug } from '../kernel/bug.ts';
import { derivedUuid } from '../kernel/uuid.ts';
import type { Database } from '../platform/database.ts';
import { ID } from './sample-messages/systems.ts';
import { ALL_PATIENTS, type Patient } from './patients.ts';

/** Puts the patients of the test system into the PDS. Who is there already stays as they are: somebody may have changed them. */
export async function keepTestPatients(database: Database): Promise<void> {
  const kept = await importPatients(database, ALL_PATIENTS.map(recordOf), new Date());
  if (!kept.ok) throw new Bug(`the patients of the test system: ${kept.error.join('; ')}`);
}

/** As a file of patients has it [PDS 4]. */
function recordOf(patient: Patient): object {
  const { nhsNumber, birthDate: start, line, city } = patient;
  const item = (list: string) => ({ id: idOf(list, nhsNumber), period: { start } });
  const [premises, street] = line.length > 1 ? line : ['', ...line];
  const { prefix, given, family } = patient;
  const practice = { system: ID.ods, value: patient.gpOds, period: { start } };
  const { id } = item('generalPractitioner');
  const nomination = { system: ID.ods, value: patient.nominated };
  return {
    nhsNumber,
    patient: {
      resourceType: 'Patient',
      id: nhsNumber,
      meta: { versionId: '1', security: [{ code: 'U' }] },
      name: [{ ...item('name'), use: 'usual', prefix: [prefix], given, family }],
      gender: patient.gender,
      birthDate: patient.birthDate,
      address: [
        {
          ...item('address'),
          use: 'home',
          line: [premises, street, '', city, ''],
          postalCode: patient.postcode,
        },
      ],
      generalPractitioner: [{ id, type: 'Organization', identifier: practice }],
      ...(patient.nominated === null
        ? {}
        : { extension: [{ url: NOMINATED, valueReference: { identifier: nomination } }] }),
    },
  };
}

const NOMINATED = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NominatedPharmacy';

function idOf(list: string, nhsNumber: string): string {
  return derivedUuid('test patient', list, nhsNumber).slice(0, 8).toUpperCase();
}
