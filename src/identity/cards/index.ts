export { type Purpose } from './authority.ts';
export type { CardKeys, Hash, OpenCard } from './back-end.ts';
export {
  type Card,
  type CardCommand,
  type CardRefusal,
  type CardState,
  renewableFrom,
  REVOCATION_REASONS,
  type RevocationReason,
  stateOf,
} from './card.ts';
export { changeCard, renewCard, replaceCard } from './change/handle.ts';
export { type IssueRefusal, issueCard, type NewCard } from './issue/handle.ts';
export {
  authoritiesPem,
  checkLogin,
  type LoginCard,
  type LoginFault,
  loginFaultSince,
} from './login/handle.ts';
export {
  activateCard,
  changePin,
  openCard,
  type PinRefusal,
  unlockCard,
} from './passcode/handle.ts';
export { authoritiesOf, type Cards, pkiRoutes } from './pki/handle.ts';
export {
  type By,
  cardsOf,
  certificatesOf,
  eventsOf,
  findCard,
  type KeptCard,
  type KeptCertificate,
  listCards,
} from './repository.ts';
