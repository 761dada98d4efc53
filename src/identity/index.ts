export {
  ACCESS_TOKEN_SECONDS,
  type AccessTokenClaims,
  type AccessTokenFault,
  accessTokenVerifier,
  signAccessToken,
  type VerifyAccessToken,
} from './access-token.ts';
export type { Actor } from '../gateways/actor.ts';
export { type SigningKey, signingKeys } from './signing-keys.ts';

export const identityMigrations = {
  schema: 'identity',
  folder: new URL('./migrations/', import.meta.url),
};
