/** A datacentre that holds the data, or the third place, which holds only the lock [PLATFORM P-9]. */
export const SITES = ['a', 'b'] as const;
export type Site = (typeof SITES)[number];
export const ZONES = [...SITES, 'witness'] as const;
export type Zone = (typeof ZONES)[number];

/** Where the programs of a zone are reached, and the network namespace that they run in; null: the machine's own. */
export type Place = { readonly host: string; readonly namespace: string | null };

/** Ports of one zone; each is another number, so that all zones can share a machine. */
export type ZonePorts = {
  readonly etcdClient: number;
  readonly etcdPeer: number;
  readonly postgres: number;
  /** Where Patroni answers how its database is. */
  readonly patroni: number;
  /** Of the proxy, behind which the primary is, wherever it is. */
  readonly proxy: number;
  /** Of the proxy, behind which is any that may be read. */
  readonly reads: number;
};

export type Layout = {
  /** Everything that is kept, one folder below it for each zone. */
  readonly folder: string;
  readonly places: Readonly<Record<Zone, Place>>;
  readonly ports: Readonly<Record<Zone, ZonePorts>>;
};

const PORTS_OF_ZONE = 6;
export const PORTS_OF_CLUSTER = PORTS_OF_ZONE * ZONES.length;

/** Zone after zone in a block of ports. */
export function portsOf(base: number): Layout['ports'] {
  const of = (zone: number): ZonePorts => {
    const first = base + zone * PORTS_OF_ZONE;
    return {
      etcdClient: first,
      etcdPeer: first + 1,
      postgres: first + 2,
      patroni: first + 3,
      proxy: first + 4,
      reads: first + 5,
    };
  };
  return { a: of(0), b: of(1), witness: of(2) };
}

export function otherSite(site: Site): Site {
  return site === 'a' ? 'b' : 'a';
}

export function addressOf({ places, ports }: Layout, zone: Zone, port: keyof ZonePorts): string {
  return `${places[zone].host}:${ports[zone][port]}`;
}
