import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { importPKCS8, SignJWT } from 'jose';

import { aKeyPair, type KeyPair } from '../../src/identity/clients/testing.ts';
import type { ProviderSettings } from '../../src/identity/index.ts';

type Claims = Readonly<Record<string, unknown>>;

/** An identity provider of somebody else: it says of its users what a test wants to hear. */
export type Provider = {
  readonly settings: ProviderSettings;
  readonly keys: KeyPair;
  /** Changes to what the next tokens say; undefined leaves a claim out. Until the next change. */
  says(changes: { claims?: Claims; header?: Claims; userinfo?: Claims; privateKey?: string }): void;
  /** How it answers: not at all, with an error, or as it should. */
  behaves(how: 'well' | 'broken' | 'no-keys'): void;
  /** A token of its own making, as if somebody had signed in. */
  idToken(claims?: Claims, header?: Claims, privateKey?: string): Promise<string>;
  stop(): Promise<void>;
};

const CARE = {
  sub: '656005750104',
  acr: 'AAL3_ANY',
  amr: ['N3_SMARTCARD'],
  id_assurance_level: '3',
  authentication_assurance_level: 3,
};
const PATIENT = {
  sub: 'f6e4b6b4-0000-4000-8000-000000003071',
  nhs_number: '9912003071',
  identity_proofing_level: 'P9',
  vot: 'P9.Cp.Cd',
};

export async function startProvider(kind: 'cis2' | 'nhs-login'): Promise<Provider> {
  const keys = aKeyPair('b/O6OvVv1+y+WgrH5Ui9WTioLt0=');
  const issuer = `https://${kind}.invalid:443/realm`;
  const clientId = `${kind}.apps.national`;
  let said: { claims?: Claims; header?: Claims; userinfo?: Claims; privateKey?: string } = {};
  let how: 'well' | 'broken' | 'no-keys' = 'well';
  let nonce: string | undefined;
  const idToken: Provider['idToken'] = async (claims = {}, header = {}, privateKey) => {
    const now = Math.floor(Date.now() / 1000);
    const usual = kind === 'cis2' ? CARE : PATIENT;
    const all = {
      ...usual,
      iss: issuer,
      aud: clientId,
      sid: randomUUID(),
      ...(nonce === undefined ? {} : { nonce }),
      iat: now,
      exp: now + 300,
      auth_time: now,
      ...claims,
    };
    const protectedHeader = {
      alg: 'RS256',
      typ: 'JWT',
      kid: 'b/O6OvVv1+y+WgrH5Ui9WTioLt0=',
      ...header,
    };
    return new SignJWT(defined(all))
      .setProtectedHeader(defined(protectedHeader) as typeof protectedHeader)
      .sign(await importPKCS8(privateKey ?? keys.privateKey, protectedHeader.alg));
  };
  const server = createServer((request, response) => {
    answer(request, response).then(undefined, () => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://provider');
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (how === 'broken' || (how === 'no-keys' && url.pathname === '/jwks')) {
      return send(500, { error: 'broken' });
    }
    if (url.pathname === '/jwks') {
      return send(200, { keys: [{ ...keys.jwk, alg: undefined }] });
    }
    if (url.pathname === '/authorize') {
      nonce = url.searchParams.get('nonce') ?? undefined;
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', randomUUID());
      back.searchParams.set('state', url.searchParams.get('state') ?? '');
      response.writeHead(302, { Location: back.href });
      response.end();
      return;
    }
    if (url.pathname === '/token') {
      const id = await idToken(said.claims, said.header, said.privateKey);
      return send(200, { access_token: 'x', id_token: id, token_type: 'Bearer' });
    }
    const usual = kind === 'cis2' ? CARE.sub : PATIENT.sub;
    send(200, { sub: said.claims?.['sub'] ?? usual, nhsid_useruid: usual, ...said.userinfo });
  };
  const address = await listening(server);
  return {
    settings: {
      issuer,
      clientId,
      clientSecret: 'a secret',
      authorizationEndpoint: `${address}/authorize`,
      tokenEndpoint: `${address}/token`,
      userinfoEndpoint: `${address}/userinfo`,
      jwksUri: `${address}/jwks`,
    },
    keys,
    says: (changes) => {
      said = changes;
    },
    behaves: (wanted) => {
      how = wanted;
    },
    idToken,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function defined(value: Claims): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  return typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : '';
}
