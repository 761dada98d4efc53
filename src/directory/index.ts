export { fresh } from './endpoints/fresh.ts';
export {
  type AccreditedSystem,
  certificatesEnding,
  endpointAuthority,
  type EndpointKey,
  endpointKeys,
  findCertificates,
  fingerprintOf,
  issueCertificate,
  keepEndpoints,
  type Lapsed,
  listenerKey,
  type MessageHandler,
  mmInteraction,
  openAccreditation,
  openParties,
  type Parties,
  type Party,
  revokeCertificate,
  rotateCertificate,
  systemsOfParty,
  systemsWithAsids,
  tellOwnHandlers,
  USUAL_RELIABILITY,
} from './endpoints/index.ts';
export {
  isClosedOn,
  NATIONAL_LOCUM_PHARMACY,
  ODS_CODE,
  type Organisation,
} from './organisation.ts';
export { SDS_BASE, type SdsParts, sdsFailure, sdsRoutes } from './sds/fhir.ts';
export { importRecords } from './ods/handle.ts';
export type { OdsItem, OdsRecord } from './ods/record.ts';
export { findSites, keepSite } from './ods/show/repository.ts';
export { readOrganisation } from './read-organisation.ts';
export {
  addingOrganisation,
  findOrganisations,
  keepOrganisations,
  listOrganisations,
  type OpeningDays,
  type Reference,
  type ReferencesTo,
  settingOpeningDays,
} from './repository.ts';
