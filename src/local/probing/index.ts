import { goJourneys, type Step } from '../../operations/index.ts';
import { openProbeClient, type ProbeClient, type ProbeOptions } from './client.ts';
import { signInJourney, workJourneys } from './journeys.ts';

/** Goes all synthetic journeys at both datacentres of a test installation, and tells what came of each step. */
export function openProbing(
  datacentres: Readonly<Record<'a' | 'b', string>>,
  options: ProbeOptions = {},
): () => Promise<readonly Step[]> {
  const a = openProbeClient(datacentres.a, options);
  const b = openProbeClient(datacentres.b, options);
  return async () => {
    const at = (await a.now()) ?? (await b.now()) ?? new Date();
    return (await Promise.all([round('a', a, at), round('b', b, at)])).flat();
  };
}

async function round(datacentre: 'a' | 'b', client: ProbeClient, at: Date): Promise<Step[]> {
  const signedIn = await goJourneys(datacentre, [signInJourney(client)]);
  const worked = await goJourneys(datacentre, workJourneys(client, at));
  return [...signedIn, ...worked];
}
