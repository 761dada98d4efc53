export {
  type AccessTokenClaims,
  type AccessTokenFault,
  accessTokenVerifier,
  signAccessToken,
  type VerifyAccessToken,
} from './access-token.ts';
export type { Actor } from '../gateways/actor.ts';
export {
  currentKey,
  jwksRoute,
  keyRotationJob,
  type KeyRing,
  openKeyRing,
  rotateKeys,
  type SigningKey,
} from './keys/index.ts';
export { ACCESS_TOKEN_SECONDS } from './limits.ts';

export const identityMigrations = {
  schema: 'identity',
  folder: new URL('./migrations/', import.meta.url),
};
