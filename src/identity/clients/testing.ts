import { generateKeyPairSync, randomUUID } from 'node:crypto';

/** For tests: 32 and 16 letters and digits, as an application has them. */
export function aKey(): string {
  return randomUUID().replaceAll('-', '');
}

export function aSecret(): string {
  return aKey().slice(0, 16);
}

/** An application as its file says it; a test changes only what it is about. */
export function aClient(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const applicationId = randomUUID();
  return {
    name: `application ${applicationId}`,
    applicationId,
    key: aKey(),
    secret: aSecret(),
    redirectUris: ['https://client.invalid/callback'],
    products: [
      {
        name: 'electronic-prescription-service-api',
        scopes: [
          'urn:nhsd:apim:user-nhs-id:aal3:electronic-prescription-service-api:prescribing',
          'urn:nhsd:apim:user-nhs-cis2:aal2:personal-demographics-service',
          'urn:nhsd:apim:app:level3:electronic-prescription-service-api:tracker',
          'urn:nhsd:apim:user-nhs-login:P9:personal-demographics-service',
        ],
      },
    ],
    ...changes,
  };
}

export type KeyPair = { readonly jwk: Record<string, unknown>; readonly privateKey: string };

export function aKeyPair(kid = 'test-1', modulusLength = 2048): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
  const { n, e } = publicKey.export({ format: 'jwk' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return { jwk: { kty: 'RSA', use: 'sig', alg: 'RS512', kid, n, e }, privateKey: pem };
}
