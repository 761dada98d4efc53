import { openProbeClient } from '../probing/client.ts';
import { signInJourney, workJourneys } from '../probing/journeys.ts';
import type { Step } from '../../operations/monitor/observed.ts';
import { goJourneys } from '../../operations/monitor/probes.ts';

/** Somebody at work in a drill, whose system has the address of one datacentre. */
export type Person = {
  /** Signs in where their system looks; where that fails and the answer says so, at the other. */
  signIn(): Promise<'here' | 'elsewhere' | 'nowhere'>;
  /** From prescription to claim, and one sent back. */
  work(): Promise<Worked>;
};

/** What somebody did: steps that went well and those that did not, and the messages that their system sent. */
export type Worked = {
  readonly accepted: number;
  readonly refused: number;
  readonly sent: readonly { readonly id: string; readonly isAccepted: boolean }[];
};

export function aPerson(datacentre: 'a' | 'b', urls: Readonly<Record<'a' | 'b', string>>): Person {
  const other = datacentre === 'a' ? 'b' : 'a';
  const sent: Worked['sent'][number][] = [];
  const seeing = {
    seesFaults: true,
    onSent: (id: string, isAccepted: boolean) => sent.push({ id, isAccepted }),
  };
  let client = openProbeClient(urls[datacentre], seeing);
  return {
    signIn: async () => {
      const here = await goJourneys(datacentre, [signInJourney(client)]);
      if (here.every(isGood)) return 'here';
      if (!(await saysFailOver(urls[datacentre]))) return 'nowhere';
      const there = openProbeClient(urls[other], seeing);
      const steps = await goJourneys(other, [signInJourney(there)]);
      if (!steps.every(isGood)) return 'nowhere';
      client = there;
      return 'elsewhere';
    },
    work: async () => {
      const steps = await goJourneys(datacentre, workJourneys(client, new Date()));
      const accepted = steps.filter(isGood).length;
      return { accepted, refused: steps.length - accepted, sent: sent.splice(0) };
    },
  };
}

function isGood({ outcome }: Step): boolean {
  return outcome === 'ok';
}

/** What the answer itself tells a client to do [EXPERIENCE 6.7]: nobody has to restart anything. */
async function saysFailOver(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/oauth2/authorize`, { redirect: 'manual' });
  await answer.arrayBuffer();
  const advice = answer.headers.get('x-client-advice') ?? '';
  return answer.status === 503 && advice.startsWith('failover=yes');
}
