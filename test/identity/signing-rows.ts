import { PERSONAS } from '../../src/local/personas.ts';
import type { Refusal } from './checks.ts';
import { OTHER_PAIR } from './sign-in.ts';
import { aDigest, type Changes } from './signing.ts';

export const IN = 'signature request JWT';
export const BAD = 'invalid_request';
const NOT_MATCHING = 'JWT signature verification failed';

const now = Math.floor(Date.now() / 1000);
const payload = aDigest();
const PAYLOADS = `'payloads' claim in ${IN}`;
const ID = `Invalid ${PAYLOADS} - payloads[0].id must be a unique text of 1 to 100 characters`;
const DIGEST = `Invalid ${PAYLOADS} - payloads[0].payload must be a digest of $prepare for RS256`;
const COUNT = `Missing or invalid ${PAYLOADS} - must be a list of 1 to 100`;
const ALGORITHM = `Missing or invalid 'algorithm' claim in ${IN} - must be 'RS256' or 'RS1'`;
const AUD = `Missing or invalid 'aud' claim in ${IN}`;
const of = (one: unknown): Changes => ({ claims: { payloads: [one] } });

/** What a signature request can have wrong, and how it is told. */
export const REFUSED: readonly (readonly [string, Changes, Refusal])[] = [
  [
    'another algorithm',
    { header: { alg: 'RS256' } },
    [400, BAD, `Invalid 'alg' header in ${IN} - unsupported JWT algorithm - must be 'RS512'`],
  ],
  [
    'an end that is past',
    { claims: { exp: now - 60 } },
    [400, BAD, `Invalid 'exp' claim in ${IN} - JWT has expired`],
  ],
  ['no kid', { header: { kid: undefined } }, [400, BAD, `Missing 'kid' header in ${IN}`]],
  ['no end', { claims: { exp: undefined } }, [400, BAD, `Missing 'exp' claim in ${IN}`]],
  [
    'an end in words',
    { claims: { exp: '9' } },
    [400, BAD, `Invalid 'exp' claim in ${IN} - must be an integer`],
  ],
  [
    'an end too far away',
    { claims: { exp: now + 700 } },
    [400, BAD, `Invalid 'exp' claim in ${IN} - more than 10 minutes in future`],
  ],
  ['no iss', { claims: { iss: undefined } }, [400, BAD, `Missing 'iss' claim in ${IN}`]],
  ['no sub', { claims: { sub: undefined } }, [400, BAD, `Missing 'sub' claim in ${IN}`]],
  [
    'an application that nobody knows',
    { claims: { iss: 'x' } },
    [401, BAD, `Invalid 'iss' claim in ${IN}`],
  ],
  [
    'a key that is not registered',
    { header: { kid: 'test-2' } },
    [401, BAD, `Invalid 'kid' header in ${IN} - no matching public key`],
  ],
  [
    'the signature of somebody else',
    { privateKey: OTHER_PAIR.privateKey },
    [401, 'public_key error', NOT_MATCHING],
  ],
  ['a beginning to come', { claims: { iat: now + 60 } }, [401, 'public_key error', NOT_MATCHING]],
  ['no audience', { claims: { aud: undefined } }, [401, BAD, AUD]],
  [
    'another audience',
    { claims: { aud: 'https://sign-in.invalid/oauth2/token' } },
    [401, BAD, AUD],
  ],
  [
    'another user',
    { claims: { sub: PERSONAS.otherPrescriber.userId } },
    [401, BAD, `Invalid 'sub' claim in ${IN} - not the user of the token`],
  ],
  ['no algorithm', { claims: { algorithm: undefined } }, [400, BAD, ALGORITHM]],
  ['the algorithm none', { claims: { algorithm: 'none' } }, [400, BAD, ALGORITHM]],
  ['no payloads', { claims: { payloads: undefined } }, [400, BAD, COUNT]],
  ['an empty list', { claims: { payloads: [] } }, [400, BAD, COUNT]],
  [
    'too many',
    { claims: { payloads: Array.from({ length: 101 }, (_, n) => ({ id: String(n), payload })) } },
    [400, BAD, COUNT],
  ],
  ['a payload that is none', of(7), [400, BAD, ID]],
  ['a payload without id', of({ payload }), [400, BAD, ID]],
  ['an id that cannot be shown', of({ id: 'a\u0000b', payload }), [400, BAD, ID]],
  ['an id that is too long', of({ id: 'a'.repeat(101), payload }), [400, BAD, ID]],
  [
    'an id that is there twice',
    {
      claims: {
        payloads: [
          { id: 'a', payload },
          { id: 'a', payload },
        ],
      },
    },
    [400, BAD, ID.replace('[0]', '[1]')],
  ],
  ['no payload', of({ id: 'a' }), [400, BAD, DIGEST]],
  ['no base64', of({ id: 'a', payload: '#' }), [400, BAD, DIGEST]],
  [
    'something else than a prescription',
    of({ id: 'a', payload: Buffer.from('I owe you 1,000 pounds').toString('base64') }),
    [400, BAD, DIGEST],
  ],
  ['a digest for SHA-1', of({ id: 'a', payload: aDigest('a', 'RS1') }), [400, BAD, DIGEST]],
];
