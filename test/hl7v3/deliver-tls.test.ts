// Shows: HL7 V3 | suppliers with certificates of authorities that the operator names are reached; a renewed certificate is shown them

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import {
  certifyListener,
  endpointValidity,
  makeAuthority,
} from '../../src/directory/endpoints/certificates.ts';
import { listenerKey } from '../../src/directory/index.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { certificatePem, newSerial } from '../../src/platform/certificates.ts';
import { ANY_HL7_PORT, openHl7Client } from '../support/hl7v3.ts';
import { deliverWaiting, openDoor, testDoor } from './door.ts';
import { asked, kept } from './leaving.ts';
import { openSupplier } from './supplier.ts';

const system = TEST_SYSTEMS.pharmacy;
const { client, door, database, url, ledger } = testDoor(system, { lookEveryMs: 50 });

describe('a supplier with a certificate of an authority of its own', () => {
  const party = TEST_SYSTEMS.otherPharmacy;
  /** Sends to an endpoint whose certificate is for these names: how the first attempt ends. */
  async function reached(names: readonly string[], isNamed: boolean): Promise<string | null> {
    const at = new Date();
    const made = { serial: newSerial(), validity: endpointValidity(at) };
    const own = await makeAuthority(newSerial(), at);
    const other = await makeAuthority(newSerial(), at);
    const folder = await mkdtemp(join(tmpdir(), 'openspine-suppliers-'));
    const supplierAuthorities = join(folder, 'authorities.pem');
    const named = [other, ...(isNamed ? [own] : [])];
    await writeFile(
      supplierAuthorities,
      named.map((one) => certificatePem(one.certificate)).join('\n'),
    );
    const theirs = await openSupplier(
      database(),
      party,
      null,
      await certifyListener(own, names, made),
    );
    const elsewhere = await openDoor(url(), database(), ledger, {
      hl7v3: { ...ANY_HL7_PORT, supplierAuthorities },
    });
    const asking = await openHl7Client(database(), elsewhere.url, party);
    try {
      const sent = await asked(database(), asking, party);
      await deliverWaiting(elsewhere);
      const { state, failure } = await kept(database(), sent);
      return state ?? failure;
    } finally {
      asking.close();
      await elsewhere.close();
      await theirs.close();
      await rm(folder, { recursive: true });
    }
  }

  test('is reached when the operator names that authority, and the certificate is for its host', async () => {
    assert.equal(await reached(['127.0.0.1'], true), 'acknowledged');
  });

  test('is not reached under another name, or when the operator names other authorities', async () => {
    assert.equal(await reached(['supplier.example'], true), 'ERR_TLS_CERT_ALTNAME_INVALID');
    assert.match(String(await reached(['127.0.0.1'], false)), /SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/);
  });
});

test('a certificate that was renewed is shown to suppliers too, without a restart', async () => {
  const supplier = await openSupplier(database(), system);
  after(() => supplier.close());
  const send = async (): Promise<string | undefined> => {
    await asked(database(), client(), system);
    await deliverWaiting(door());
    return supplier.delivered.at(-1)?.serial;
  };
  const first = await send();
  assert.equal(await send(), first);
  const other = { datacentre: 'a', names: ['spine.example'] } as const;
  await listenerKey(database(), other, new Date());
  let next = await send();
  for (let n = 0; n < 50 && next === first; n += 1) {
    await delay(50);
    next = await send();
  }
  assert.notEqual(next, first);
});
