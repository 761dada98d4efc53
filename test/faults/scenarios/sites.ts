import { setTimeout as delay } from 'node:timers/promises';

import { otherSite, type Site, type Zone } from '../../../src/platform/replicated-postgres.ts';
import { always, type Fault, inNetworks, type Scene, WRITES_BACK_MS } from '../fault.ts';
import { primaryOf } from '../system.ts';
import { buildWithClock } from '../test-build.ts';

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
  {
    id: 'F13',
    name: 'the clock of a datacentre’s process is an hour ahead',
    times: 1,
    missing: always,
    gapMaxMs: 5_000,
    happen: async ({ system: { datacentres, loads } }) => {
      for (const besides of [[buildWithClock(HOUR_MS)], []]) {
        loads.b(besides);
        await datacentres.b.fail(true);
        await datacentres.b.restore();
        await delay(AWAY_MS);
      }
    },
  },
  siteLoss('the power of the primary’s site fails', (primary) => primary),
  siteLoss('the power of the standby’s site fails', otherSite),
  cut('F5', 'the primary’s site is cut off', (primary) => [
    { zone: primary, from: [otherSite(primary), 'witness'] },
  ]),
  cut('F5', 'the standby’s site is cut off', (primary) => [
    { zone: otherSite(primary), from: [primary, 'witness'] },
  ]),
  cut('F5', 'the witness is cut off', () => [{ zone: 'witness', from: ['a', 'b'] }]),
  cut('F5', 'the two sites are cut off from each other, not from the witness', (primary) => [
    { zone: primary, from: [otherSite(primary)] },
  ]),
  ...oneWay('the primary’s site', (primary) => primary),
  ...oneWay('the standby’s site', otherSite),
  ...oneWay('the witness', () => 'witness'),
];

const HOUR_MS = 3_600_000;
const AWAY_MS = 12_000; // longer than the lock is held, so that the other side takes over

function siteLoss(name: string, which: (primary: Site) => Site): Fault {
  return {
    id: 'F4',
    name,
    times: 1,
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

function cut(id: string, name: string, cuts: (primary: Site) => readonly Cut[]): Fault {
  return {
    id,
    name,
    times: 1,
    missing: inNetworks,
    gapMaxMs: WRITES_BACK_MS,
    happen: async ({ system }: Scene) => {
      const { cluster } = system;
      for (const { zone, from, oneWay = false } of cuts(await primaryOf(system))) {
        cluster.cut(zone, from, oneWay);
      }
      await delay(AWAY_MS);
      cluster.heal();
    },
  };
}

/** Two faults: the others do not hear a zone any more, or it does not hear them. */
function oneWay(name: string, zoneOf: (primary: Site) => Zone): readonly Fault[] {
  const others = (zone: Zone): readonly Zone[] => ZONES.filter((one) => one !== zone);
  return [
    cut('F6', `the others do not hear ${name}`, (primary) => {
      const zone = zoneOf(primary);
      return [{ zone, from: others(zone), oneWay: true }];
    }),
    cut('F6', `${name} does not hear the others`, (primary) => {
      const zone = zoneOf(primary);
      return others(zone).map((other) => ({ zone: other, from: [zone], oneWay: true }));
    }),
  ];
}

const ZONES: readonly Zone[] = ['a', 'b', 'witness'];
