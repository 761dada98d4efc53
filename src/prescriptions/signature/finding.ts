/**
 * What can be wrong with a signature, in the order in which it is told: the first three stop the
 * check, the others are collected [EPS-SIGNATURE 5]. The last four are checks of ours beyond the contract's.
 */
export const FINDINGS = {
  FormatInvalid: 'Invalid signature format',
  SeveralCertificates: 'Multiple certificates detected',
  CertificateInvalid: 'Invalid certificate',
  SignatureInvalid: 'Signature is invalid',
  OtherPrescription: "Signature doesn't match prescription",
  CertificateRevoked: 'Certificate is revoked',
  CaCertificateRevoked: 'CA certificate is revoked',
  CertificateExpired: 'Certificate expired when signed',
  CertificateNotTrusted: 'Certificate not trusted',
  AlgorithmNotAllowed: 'Signature algorithm is not allowed',
  KeyNotForSigning: 'Certificate is not for signing prescriptions',
  OtherPerson: "Certificate is not the prescriber's",
  RevocationUnknown: 'Certificate revocation list is not available',
} as const;

export type Finding = keyof typeof FINDINGS;

/** What a verification found; kept with the prescription, in the event that creates it. */
export type SignatureCheck = {
  /** What is wrong; a good signature has none. */
  readonly findings: readonly Finding[];
  /** Distribution points whose list could not be had, so that nothing is known of revocation: let pass in the grace time. */
  readonly unlisted: readonly string[];
};
