export { type Purpose } from './authority.ts';
export { type CardKeys, type Hash, isPin, type OpenCard } from './back-end.ts';
export { type ChipKey, proofText } from './chip-keys.ts';
export { certificateParts } from './certificate-parts.ts';
export {
  type Card,
  type CardCommand,
  type CardRefusal,
  type CardState,
  isFinal,
  renewableFrom,
  REVOCATION_REASONS,
  type RevocationReason,
  stateOf,
} from './card.ts';
export { changeCard, renewCard, replaceCard } from './change/handle.ts';
export { moveWithdrawnCards } from './move/handle.ts';
export { type IssueRefusal, issueCard, type NewCard } from './issue/handle.ts';
export {
  authoritiesPem,
  checkLogin,
  checkSigner,
  type LoginCard,
  type LoginFault,
  loginFaultSince,
} from './login/handle.ts';
export {
  activateCard,
  changePin,
  type EnteredBy,
  openCard,
  type PinRefusal,
  unlockCard,
} from './passcode/handle.ts';
export { clearFormEntries, lockedInBrowser } from './passcode/repository.ts';
export { authoritiesOf, type Cards, pkiRoutes, signingLists } from './pki/handle.ts';
export { authorityCertificates } from './pki/repository.ts';
export { SERIES, SERIES_WRONG, seriesIn } from './series/option.ts';
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
export { revokingCardsOf } from './withdraw/repository.ts';
