import {
  doorJourneys,
  goJourneys,
  startStatusSite,
  type StatusConfig,
  type StatusSite,
  type Step,
  transportJourney,
} from './operations/index.ts';
import type { Log } from './platform/log.ts';
import { VERSION } from './version.ts';

/** The process of the status site: apart from all that it tells of, database and sign-in included [EXPERIENCE 6.5]. */
export function startStatus(config: StatusConfig, log: Log): Promise<StatusSite> {
  return startStatusSite(config, { version: VERSION, log, probe: probeOf(config) });
}

/** What is answered without a sign-in. */
function probeOf({ datacentres, hl7v3 }: StatusConfig): () => Promise<readonly Step[]> {
  const at = (site: 'a' | 'b') => [
    ...doorJourneys(datacentres[site]),
    ...(hl7v3[site] === null ? [] : [transportJourney(hl7v3[site])]),
  ];
  const [a, b] = [at('a'), at('b')];
  return async () => (await Promise.all([goJourneys('a', a), goJourneys('b', b)])).flat();
}
