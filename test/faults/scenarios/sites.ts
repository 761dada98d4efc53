import { setTimeout as delay } from 'node:timers/promises';

import { otherSite, type Site, type Zone } from '../../../src/platform/replicated-postgres.ts';
import { always, type Fault, inNetworks, type Scene, WRITES_BACK_MS } from '../fault.ts';
import { refused, REFUSES_WITHIN_MS } from '../cut-off.ts';
import { primaryOf, tokensOf } from '../system.ts';

/** Processes of datacentres, and whole sites, that are lost or cut off. */
export const siteFaults: readonly Fault[] = [
  {
    id: 'F1',
    name: 'a process of a datacentre is killed',
    times: 1,
    missing: always,
    gapMaxMs: 5_000,
    happen: async ({ system: { datacentres }, random }) => {
      const one = datacentres[random() < 0.5 ? 'a' : 'b'];
      await one.fail(true);
      await one.restore();
    },
  },
  siteLoss('the power of the primary’s site fails', (primary) => primary),
  siteLoss('the power of the standby’s site fails', otherSite),
  cut('F5', 'the primary’s site is cut off', (primary) => ({
    cuts: [{ zone: primary, from: [otherSite(primary), 'witness'] }],
    alone: primary,
  })),
  cut('F5', 'the standby’s site is cut off', (primary) => ({
    cuts: [{ zone: otherSite(primary), from: [primary, 'witness'] }],
    alone: otherSite(primary),
  })),
  cut('F5', 'the witness is cut off', () => ({
    cuts: [{ zone: 'witness', from: ['a', 'b'] }],
    alone: null,
  })),
  cut('F5', 'the two sites are cut off from each other, not from the witness', (primary) => ({
    cuts: [{ zone: primary, from: [otherSite(primary)] }],
    alone: otherSite(primary),
  })),
  ...oneWay('the primary’s site', (primary) => primary),
  ...oneWay('the standby’s site', otherSite),
  ...oneWay('the witness', () => 'witness'),
];

const AWAY_MS = 12_000; // longer than the lock is held, so that the other side takes over

function siteLoss(name: string, which: (primary: Site) => Site): Fault {
  return {
    id: 'F4',
    name,
    times: 1,
    counted: 15,
    missing: always,
    gapMaxMs: WRITES_BACK_MS,
    happen: async ({ system }) => {
      const { cluster, datacentres } = system;
      const site = which(await primaryOf(system));
      cluster.fail(site);
      await datacentres[site].fail(true);
      await delay(AWAY_MS);
      cluster.restore(site);
      await datacentres[site].restore();
    },
  };
}

type Cut = { readonly zone: Zone; readonly from: readonly Zone[]; readonly oneWay?: true };

/** `alone`: the site that reaches no primary then. */
type Cuts = { readonly cuts: readonly Cut[]; readonly alone: Site | null };

function cut(id: string, name: string, cutsOf: (primary: Site) => Cuts): Fault {
  return {
    id,
    name,
    times: 1,
    counted: id === 'F5' ? 20 : 10,
    missing: inNetworks,
    gapMaxMs: WRITES_BACK_MS,
    happen: async ({ system }: Scene) => {
      const { cluster } = system;
      const tokens = await tokensOf(system.database);
      const { cuts, alone } = cutsOf(await primaryOf(system));
      for (const { zone, from, oneWay = false } of cuts) cluster.cut(zone, from, oneWay);
      await delay(REFUSES_WITHIN_MS);
      const wrong = alone === null ? [] : await refused(system, alone, tokens);
      if (alone === null) await delay(AWAY_MS - REFUSES_WITHIN_MS);
      cluster.heal();
      return wrong;
    },
  };
}

/** Two faults: the others do not hear a zone any more, or it does not hear them. */
function oneWay(name: string, zoneOf: (primary: Site) => Zone): readonly Fault[] {
  const others = (zone: Zone): readonly Zone[] => ZONES.filter((one) => one !== zone);
  return [
    cut('F6', `the others do not hear ${name}`, (primary) => {
      const zone = zoneOf(primary);
      return { cuts: [{ zone, from: others(zone), oneWay: true }], alone: siteOf(zone) };
    }),
    cut('F6', `${name} does not hear the others`, (primary) => {
      const zone = zoneOf(primary);
      const cuts = others(zone).map(
        (other) => ({ zone: other, from: [zone], oneWay: true }) as const,
      );
      return { cuts, alone: siteOf(zone) };
    }),
  ];
}

function siteOf(zone: Zone): Site | null {
  return zone === 'witness' ? null : zone;
}

const ZONES: readonly Zone[] = ['a', 'b', 'witness'];
