export { addressAt, LIST_NAMES, listPath, type Reason, REASONS, revoke } from './lists.ts';
export {
  currentList,
  signingMaterial,
  type SigningKeyOf,
  type SigningMaterial,
} from './material.ts';
