/** Object identifiers of the frame of a message, and of the errors in it [EPS-HL7V3 4.3]. */
export const FRAME_OID = {
  asid: '1.2.826.0.1285.0.2.0.107',
  user: '1.2.826.0.1285.0.2.0.65',
  roleProfile: '1.2.826.0.1285.0.2.0.67',
  jobRole: '1.2.826.0.1285.0.2.1.104',
  interaction: '2.16.840.1.113883.2.1.3.2.4.12',
  /** Errors of prescribing and claims. */
  prescribingError: '2.16.840.1.113883.2.1.3.2.4.17.22',
  /** Errors of releases, and of whatever cannot be processed. */
  processingError: '2.16.840.1.113883.2.1.3.2.4.16.34',
  /** Errors of the Spine itself. */
  spineError: '2.16.840.1.113883.2.1.3.2.4.17.32',
} as const;
