import type { StatusConfig } from './operations/config.ts';
import { startStatusSite, type StatusSite } from './operations/handle.ts';
import type { Step } from './operations/monitor/observed.ts';
import { doorJourneys, goJourneys, transportJourney } from './operations/monitor/probes.ts';
import type { Log } from './platform/log.ts';
import { VERSION } from './version.ts';

type Round = () => Promise<readonly Step[]>;

/** The process of the status site: apart from all that it tells of, database and sign-in included [EXPERIENCE 6.5]. */
export async function startStatus(config: StatusConfig, log: Log): Promise<StatusSite> {
  return startStatusSite(config, { version: VERSION, log, probe: probeOf(config) });
}

/** Live, only what is answered without a sign-in: journeys need people and keys that a live installation has not. */
function probeOf(config: StatusConfig): Round {
  const { hl7v3, mode } = config;
  const transport = (site: 'a' | 'b') =>
    goJourneys(site, hl7v3[site] === null ? [] : [transportJourney(hl7v3[site])]);
  const doors = doorsOf(config);
  const work = mode === 'live' ? doors : onceOneAnswers(doors, () => journeysOf(config));
  return async () => (await Promise.all([work(), transport('a'), transport('b')])).flat();
}

function doorsOf({ datacentres }: StatusConfig): Round {
  const [a, b] = [doorJourneys(datacentres.a), doorJourneys(datacentres.b)];
  return async () => (await Promise.all([goJourneys('a', a), goJourneys('b', b)])).flat();
}

/** Until a door answers no journey comes through: what journeys need is loaded then, not beside a start. */
function onceOneAnswers(doors: Round, load: () => Promise<Round>): Round {
  let journeys: Promise<Round> | null = null;
  return async () => {
    if (journeys === null) {
      const steps = await doors();
      if (!steps.some(({ outcome }) => outcome === 'ok')) return steps;
      journeys = load();
    }
    return (await journeys)();
  };
}

async function journeysOf({ datacentres, hl7v3 }: StatusConfig): Promise<Round> {
  const { openProbing } = await import('./local/probing/index.ts');
  return openProbing(datacentres, { hl7v3 });
}
