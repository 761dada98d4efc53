/**
 * What a card signs to sign in by the agent: the challenge, and the address that it signs in at. A service that passes
 * on the challenge of another one gets a signature that is worth nothing there.
 */
export function signedContent(challenge: Buffer, origin: string): Buffer {
  return Buffer.concat([challenge, Buffer.from(origin)]);
}
