import { fail, ok, type Result } from '../../kernel/result.ts';

/** A public key of an application: RSA, for RS512. */
export type PublicJwk = {
  readonly kty: 'RSA';
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'RS512';
  readonly n: string;
  readonly e: string;
};

const MODULUS_MIN_BITS = 2048; // [IDENTITY 3.2, JWKS registration]
const MODULUS_MAX_BITS = 16_384; // a longer one only costs the time of checking
const KEYS_MAX = 20; // six are the most that were seen
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const BASE64URL = /^[\w-]+$/;

/** A set of public keys by the rules of registration, or what is wrong with it in a sentence. */
export function parseJwks(value: unknown): Result<PublicJwk[], string> {
  const given: unknown = memberOf(value, 'keys');
  if (!Array.isArray(given)) return fail('A JWKS is an object with a list "keys".');
  if (given.length === 0) return fail('The JWKS has no key.');
  if (given.length > KEYS_MAX) return fail(`The JWKS has more than ${KEYS_MAX} keys.`);
  const keys: PublicJwk[] = [];
  for (const [place, one] of given.entries()) {
    const key = parseJwk(one);
    if (!key.ok) return fail(`Key ${place + 1}: ${key.error}`);
    if (keys.some(({ kid }) => kid === key.value.kid)) {
      return fail(`Key ${place + 1}: its kid "${key.value.kid}" is in the set already.`);
    }
    keys.push(key.value);
  }
  return ok(keys);
}

function parseJwk(jwk: unknown): Result<PublicJwk, string> {
  const text = (name: string): string | null => {
    const value = memberOf(jwk, name);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const secret = PRIVATE_MEMBERS.find((name) => memberOf(jwk, name) !== undefined);
  if (secret !== undefined) {
    return fail(`it has the private member "${secret}". Make a new key; this one is known now.`);
  }
  if (text('kty') !== 'RSA') return fail('kty must be "RSA".');
  if (text('use') !== 'sig') return fail('use must be "sig".');
  if (memberOf(jwk, 'alg') !== undefined && text('alg') !== 'RS512') {
    return fail('alg must be "RS512" or left out.');
  }
  const kid = text('kid');
  if (kid === null) return fail('kid must be a text that is not empty.');
  const n = text('n');
  const e = text('e');
  if (n === null || e === null || !BASE64URL.test(n) || !BASE64URL.test(e)) {
    return fail('n and e must be base64url.');
  }
  const bits = bitsOf(n);
  if (bits < MODULUS_MIN_BITS || bits > MODULUS_MAX_BITS) {
    return fail(`n has ${bits} bits, and must have at least ${MODULUS_MIN_BITS}.`);
  }
  return ok({ kty: 'RSA', kid, use: 'sig', alg: 'RS512', n, e });
}

function bitsOf(base64url: string): number {
  const hex = Buffer.from(base64url, 'base64url').toString('hex').replace(/^0+/, '');
  const first = Number.parseInt(hex.charAt(0), 16);
  return hex === '' ? 0 : (hex.length - 1) * 4 + (32 - Math.clz32(first));
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
