import { readFile } from 'node:fs/promises';

import { fingerprintOf, type Parties } from './directory/index.ts';
import { type DeliveryParts, deliveryJob } from './gateways/hl7v3/index.ts';
import { type CertifiedClient, openCertifiedClient } from './platform/certified-client.ts';
import type { Clock } from './platform/clock.ts';
import type { Hl7Port } from './platform/config.ts';
import type { Database } from './platform/database.ts';
import type { Job } from './platform/jobs.ts';
import type { Log } from './platform/log.ts';
import type { TlsIdentity } from './platform/tls-server.ts';

type Standing = {
  readonly database: Database;
  readonly clock: Clock;
  readonly party: string;
  readonly parties: Parties;
  /** Those of now. */
  readonly keys: () => TlsIdentity;
} & Pick<DeliveryParts, 'leaving' | 'onBug' | 'onAttempt' | 'traces'>;

/** What posts answers to the endpoints of suppliers. */
export async function openDeliveries(
  { supplierAuthorities: file, retrySeconds }: Hl7Port,
  log: Log,
  { parties, keys, ...standing }: Standing,
): Promise<{ readonly job: Job; close(): void }> {
  const named = file === null ? '' : await readFile(file, 'utf8');
  const clients = openClients(parties, () => {
    const { authorities, ...own } = keys();
    return { ...own, authorities: `${authorities}\n${named}` };
  });
  const job = deliveryJob({
    ...standing,
    contractOf: async (partyKey, interaction) => {
      const handler = await parties.handlerOf(partyKey, interaction);
      if (handler === null) return null;
      const { cpaId, endpoints, persistDuration } = handler;
      return {
        cpaId,
        endpoints,
        persistMs:
          persistDuration === null
            ? null
            : Temporal.Duration.from(persistDuration).total('milliseconds'),
      };
    },
    post: async (partyKey, url, post) => (await clients.of(partyKey)).post({ url, ...post }),
    onLost: ({ messageId, interaction }, outcome) =>
      log({ event: 'hl7v3-not-delivered', requestId: messageId, interaction, outcome }),
    retryMs: retrySeconds * 1_000,
  });
  return { job, close: () => clients.close() };
}

/** Each party has connections of its own: on them it was found to be that party. */
function openClients(parties: Parties, identity: () => TlsIdentity) {
  type Known = { readonly client: CertifiedClient; certificates: ReadonlySet<string> };
  const open = new Map<string, Known>();
  return {
    async of(partyKey: string): Promise<CertifiedClient> {
      const certificates = await parties.certificatesOf(partyKey);
      const known = open.get(partyKey);
      if (known !== undefined) {
        known.certificates = certificates;
        return known.client;
      }
      const made: Known = {
        certificates,
        client: openCertifiedClient(identity, (shown) =>
          made.certificates.has(fingerprintOf(shown).toString('hex')),
        ),
      };
      open.set(partyKey, made);
      return made.client;
    },
    close(): void {
      for (const { client } of open.values()) client.close();
    },
  };
}
