import type { QueryHandlers } from '../../gateways/hl7v3/index.ts';
import type { Spine } from '../perform.ts';
import { jsonTrackerQueries } from './json-queries.ts';
import { patientQueries } from './patient-queries.ts';
import { soapQueries } from './soap-queries.ts';

/** All that trackers, and the service for patients, can ask about prescriptions over HL7 V3's door. */
export function prescriptionQueries(spine: Spine): QueryHandlers {
  return {
    soap: soapQueries(spine),
    json: [...jsonTrackerQueries(spine), ...patientQueries(spine)],
  };
}
