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
export async function startStatus(config: StatusConfig, log: Log): Promise<StatusSite> {
  return startStatusSite(config, { version: VERSION, log, probe: await probeOf(config) });
}

/** Live, only what is answered without a sign-in: journeys need people and keys that a live installation has not. */
async function probeOf(config: StatusConfig): Promise<() => Promise<readonly Step[]>> {
  const { hl7v3 } = config;
  const transport = (site: 'a' | 'b') =>
    goJourneys(site, hl7v3[site] === null ? [] : [transportJourney(hl7v3[site])]);
  const work = await workOf(config);
  return async () => (await Promise.all([work(), transport('a'), transport('b')])).flat();
}

async function workOf({
  datacentres,
  mode,
  hl7v3,
}: StatusConfig): Promise<() => Promise<readonly Step[]>> {
  if (mode === 'test') {
    const { openProbing } = await import('./local/probing/index.ts');
    return openProbing(datacentres, { hl7v3 });
  }
  const [a, b] = [doorJourneys(datacentres.a), doorJourneys(datacentres.b)];
  return async () => (await Promise.all([goJourneys('a', a), goJourneys('b', b)])).flat();
}
