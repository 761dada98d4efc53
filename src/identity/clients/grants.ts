/** What the Personal Demographics Service grants an application beside the usual; each off unless it is on [PDS 3, 4.6]. */
export const PDS_GRANTS = [
  'update',
  'emptyAddressLines',
  'confidentialRemovals',
  'sharingConsent',
] as const;

export type PdsGrants = Readonly<Record<(typeof PDS_GRANTS)[number], boolean>>;

export const NO_PDS_GRANTS: PdsGrants = {
  update: false,
  emptyAddressLines: false,
  confidentialRemovals: false,
  sharingConsent: false,
};
