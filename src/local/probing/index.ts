import type { Step } from '../../operations/monitor/observed.ts';
import { goJourneys } from '../../operations/monitor/probes.ts';
import { openProbeClient, type ProbeClient, type ProbeOptions } from './client.ts';
import { overnightJourney, signInJourney, workJourneys } from './journeys.ts';

/** Goes all synthetic journeys at both datacentres of a test installation, and tells what came of each step. */
export function openProbing(
  datacentres: Readonly<Record<'a' | 'b', string>>,
  {
    hl7v3 = { a: null, b: null },
    ...options
  }: Omit<ProbeOptions, 'hl7v3Url'> & {
    readonly hl7v3?: Readonly<Record<'a' | 'b', string | null>>;
  } = {},
): () => Promise<readonly Step[]> {
  const a = openProbeClient(datacentres.a, { ...options, hl7v3Url: hl7v3.a });
  const b = openProbeClient(datacentres.b, { ...options, hl7v3Url: hl7v3.b });
  return async () => {
    const at = (await a.now()) ?? (await b.now()) ?? new Date();
    return (await Promise.all([round('a', a, at), round('b', b, at)])).flat();
  };
}

async function round(datacentre: 'a' | 'b', client: ProbeClient, at: Date): Promise<Step[]> {
  const alone = [signInJourney(client), overnightJourney(client)];
  const signedIn = await goJourneys(datacentre, alone);
  const worked = await goJourneys(datacentre, workJourneys(client, at));
  return [...signedIn, ...worked];
}
