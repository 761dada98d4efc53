import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';

import type { Database } from '../../platform/database.ts';
import type { RelyingParty } from './relying-party.ts';
import {
  consumeRecord,
  findRecord,
  findRecordByUid,
  findRelyingParty,
  forgetGrant,
  forgetGrants,
  forgetRecord,
  keepRecord,
  type Payload,
} from './repository.ts';

/** Keeps in the database whatever the library remembers: nothing is known to one process alone. */
export function databaseAdapter(database: Database): (kind: string) => Adapter {
  return (kind) => ({
    upsert: async (id, payload, expiresInSeconds) => {
      const isOnce = kind === 'ReplayDetection';
      const kept = { kind, id, payload: { ...payload }, expiresInSeconds };
      // Of an assertion that comes to both datacentres at once, one is the first [RELIABILITY 7.4].
      if (!(await keepRecord(database, kept, isOnce))) {
        throw new errors.InvalidClientAuth('client assertion tokens must only be used once');
      }
    },
    find: async (id) =>
      kind === 'Client'
        ? clientOf(await findRelyingParty(database, id))
        : given(await findRecord(database, kind, id)),
    findByUid: async (uid) => given(await findRecordByUid(database, kind, uid)),
    findByUserCode: () => Promise.resolve(undefined), // no device flow
    consume: async (id) => {
      if (await consumeRecord(database, kind, id)) return;
      // Two came at once with the same code or token: whoever is second may have stolen it [RELIABILITY 7.4].
      const { grantId } = (await findRecord(database, kind, id)) ?? {};
      if (typeof grantId === 'string') await forgetGrants(database, [grantId]);
      throw new errors.InvalidGrant('already used');
    },
    destroy: (id) => forgetRecord(database, kind, id),
    revokeByGrantId: (grantId) => forgetGrant(database, kind, grantId),
  });
}

function given(payload: Payload | null): AdapterPayload | undefined {
  return payload === null ? undefined : payload;
}

function clientOf(party: RelyingParty | null): AdapterPayload | undefined {
  if (party === null || party.status !== 'approved') return undefined;
  const { clientId, name, secretDigest, metadata } = party;
  return {
    ...metadata,
    client_id: clientId,
    client_name: name,
    ...(secretDigest === null ? {} : { client_secret: secretDigest }),
    response_types: ['code'],
    subject_type: 'public',
    id_token_signed_response_alg: 'RS256',
  };
}
