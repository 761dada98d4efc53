/** Access mode: in whose name a request comes [PDS 3]. */
export const MODES = {
  application: 'application-restricted',
  privileged: 'privileged-application-restricted',
  worker: 'user-restricted',
  patient: 'patient-access',
} as const;
export type Mode = keyof typeof MODES;

/** What an application was granted beside the usual [PDS 3, 4.6]. */
export type ApplicationGrants = {
  /** Its own token counts as a healthcare worker's. */
  readonly update: boolean;
  readonly emptyAddressLines: boolean;
  readonly confidentialRemovals: boolean;
  readonly sharingConsent: boolean;
};

export const NO_GRANTS: ApplicationGrants = {
  update: false,
  emptyAddressLines: false,
  confidentialRemovals: false,
  sharingConsent: false,
};

/** Who looks at a record. */
export type Reader = {
  readonly mode: Mode;
  readonly grants: ApplicationGrants;
  /** Whether this system and organisation are given the ethnic category [PDS 4.6]. */
  readonly seesEthnicity: boolean;
};
