import type { QueryHandlers } from '../../gateways/hl7v3/index.ts';
import type { Spine } from '../perform.ts';
import { jsonTrackerQueries } from './json-queries.ts';
import { soapQueries } from './soap-queries.ts';

/** All that trackers of HL7 V3 can ask about prescriptions. */
export function prescriptionQueries(spine: Spine): QueryHandlers {
  return { soap: soapQueries(spine), json: jsonTrackerQueries(spine) };
}
