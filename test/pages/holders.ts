import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';

import {
  activateCard,
  type Cards,
  certificatesOf,
  changeCard,
  issueCard,
} from '../../src/identity/cards/index.ts';
import { aChip } from '../../src/identity/cards/testing.ts';
import { importPeople, parsePeopleFile } from '../../src/identity/people/index.ts';
import { anOrganisation, aPerson, aRoleProfile } from '../../src/identity/people/testing.ts';
import type { Database } from '../../src/platform/database.ts';

export const PIN = '246810';

export function cardsIn(database: Database): Cards {
  return { database, pkiUrl: 'http://pki.openspine.invalid' };
}

/** A person with one role and a card that is a file, as a test system has them. */
export async function aFileCard(database: Database) {
  const person = await aPersonIn(database, [{ ...anOrganisation(), jobRole: NURSE }]);
  const { userId } = person;
  const by = { userId, at: new Date() };
  const types = { login: 'p256', signing: 'p256' } as const;
  const card = await issueCard(cardsIn(database), { userId, keys: { pin: PIN, types } }, by);
  assert.ok(card.ok, JSON.stringify(card));
  const { cardNumber } = card.value;
  assert.ok((await activateCard(cardsIn(database), cardNumber, PIN, by)).ok);
  return { ...person, cardNumber };
}

const NURSE = 'S8000:G8000:R8001';

/** A person with these jobs, each in a place of its own, and a card in a chip: only the browser has its keys. */
export async function aChipCard(database: Database, jobRoles: readonly string[] = [NURSE, NURSE]) {
  const person = await aPersonIn(
    database,
    jobRoles.map((jobRole) => ({ ...anOrganisation(), jobRole })),
  );
  const { userId } = person;
  const { publicKeys, login } = aChip(userId);
  const by = { userId, at: new Date() };
  const card = await issueCard(cardsIn(database), { userId, keys: { publicKeys } }, by);
  assert.ok(card.ok, JSON.stringify(card));
  const { cardNumber } = card.value;
  const activate = { kind: 'Activate' } as const;
  assert.ok((await changeCard(cardsIn(database), cardNumber, activate, { by })).ok);
  const kept = await certificatesOf(database, cardNumber);
  const certificate = kept.find(({ purpose }) => purpose === 'login');
  assert.ok(certificate !== undefined);
  const key = login.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const cert = Buffer.from(new X509Certificate(certificate.der).toString());
  return { ...person, by, cardNumber, card: { cert, key: Buffer.from(key) } };
}

type Place = ReturnType<typeof anOrganisation> & { readonly jobRole: string };

async function aPersonIn(database: Database, work: readonly Place[]) {
  const places = work.map(({ jobRole: _jobRole, ...place }) => place);
  const roles = work.map(({ ods, jobRole }) => aRoleProfile(ods, { jobRole }));
  const memberships = places.map(({ ods }) => ({ organisation: ods }));
  const entry = aPerson({ memberships, roleProfiles: roles });
  const file = parsePeopleFile({ organisations: places, people: [entry] });
  assert.ok(file.ok, JSON.stringify(file));
  assert.ok((await importPeople(database, file.value, new Date())).ok);
  return { userId: String(entry['userId']), roles: roles.map(({ id }) => String(id)) };
}

/** The certificate of a port for cards, made as an operator would. */
export function tlsFiles(folder: string): { readonly certificate: string; readonly key: string } {
  const [certificate, key] = [join(folder, 'port.crt'), join(folder, 'port.key')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1']
      .concat(['-addext', 'subjectAltName=IP:127.0.0.1'])
      .concat(['-keyout', key, '-out', certificate]),
    { stdio: 'ignore' },
  );
  return { certificate, key };
}
