import { words } from './words.ts';

/** An NHS login of somebody else, whose word counts for who a patient is. */
export type PatientIssuer = {
  readonly issuer: string;
  /** Its public keys: an https address (http on this machine) or a file. */
  readonly jwks: string;
  /** The client ids that applications have there: tokens for anybody else do not count. */
  readonly audiences: readonly string[];
};

/** All of them or none. */
export function patientIssuerOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): PatientIssuer | null {
  const issuer = env['OPENSPINE_NHS_LOGIN_ISSUER'] ?? '';
  const jwks = env['OPENSPINE_NHS_LOGIN_JWKS'] ?? '';
  const audiences = words(env['OPENSPINE_NHS_LOGIN_AUDIENCES']);
  const isGiven = [issuer !== '', jwks !== '', audiences.length > 0];
  if (!isGiven.includes(true)) return null;
  if (isGiven.includes(false)) {
    problems.push(
      'OPENSPINE_NHS_LOGIN_ISSUER, OPENSPINE_NHS_LOGIN_JWKS and OPENSPINE_NHS_LOGIN_AUDIENCES must be set together',
    );
  }
  if (jwks.includes('://') && !KEYS_ADDRESS.test(jwks)) {
    problems.push('OPENSPINE_NHS_LOGIN_JWKS must be an https address or a file');
  }
  return { issuer, jwks, audiences };
}

/** Whoever can change what comes from there can be any patient. */
const KEYS_ADDRESS = /^(https:\/\/[^/?#\s]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?)(\/\S*)?$/;
