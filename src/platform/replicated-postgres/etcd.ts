import { join } from 'node:path';

import { addressOf, type Layout, type Zone, ZONES } from './layout.ts';

const HEARTBEAT_MS = 100; // [PLATFORM 4.2], as is the next
const ELECTION_MS = 1_000;

/** One member of the lock store; three of them, so that any one may be lost [PLATFORM 4.2]. */
export function etcdArguments(layout: Layout, zone: Zone): string[] {
  const client = `http://${addressOf(layout, zone, 'etcdClient')}`;
  const peer = `http://${addressOf(layout, zone, 'etcdPeer')}`;
  const members = ZONES.map((one) => `${one}=http://${addressOf(layout, one, 'etcdPeer')}`);
  return [
    `--name=${zone}`,
    `--data-dir=${join(layout.folder, zone, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=${members.join(',')}`,
    `--heartbeat-interval=${HEARTBEAT_MS}`,
    `--election-timeout=${ELECTION_MS}`,
    '--enable-v2=true', // for a Patroni that must not use the newer protocol [PLATFORM H-1]
    '--log-level=warn',
  ];
}
