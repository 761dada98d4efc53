/** Places where the real Spine is lax or the public record has two readings; each is one named setting [DESIGN D10]. */
export type Settings = {
  /** `strict`: a message acts only for the organisation of its token's role profile. */
  readonly organisationCheck: 'compatible' | 'strict';
  /** `strict`: a user needs an activity for what they do, as the national baseline and their role profile give it [IDENTITY 1.5]. */
  readonly roleCheck: 'compatible' | 'strict';
  /** `strict`: only the pharmacy that holds an issue may return, dispense, withdraw or claim it [EPS-FHIR 7.2]. */
  readonly holderCheck: 'compatible' | 'strict';
  /** `strict`: an order whose signature is not good is refused; else it is kept with what was found [EPS-SIGNATURE 5]. */
  readonly signatureCheck: 'compatible' | 'strict';
  /** What the due day of a next issue is reckoned from: the prescription's date, or the dispensing before it [EPS-LIFECYCLE 5.5]. */
  readonly nextIssueFrom: 'prescription' | 'dispense';
  /** Our own system and the Spine's, as messages between them are addressed [EPS-HL7-MAP 1]. */
  readonly asids: { readonly own: string; readonly spine: string };
  /** Of repeat dispensing the tracker shows the current issue, or each issue by itself [EPS-FHIR 4.9]. */
  readonly trackerIssues: 'current' | 'all';
  /** What an operator has switched off [EPS-FHIR 5.3]; `Release` and `Cancellation` are the Spine's own switches [EPS-LIFECYCLE 4.2, 6.2]. */
  readonly switchedOff: readonly Switch[];
};

export type Switch = 'Prescribing' | 'Dispensing' | 'Tracker' | 'Release' | 'Cancellation';

const WIRE = {
  nextIssueFrom: 'prescription',
  trackerIssues: 'current',
  asids: { own: '200000001285', spine: '567456789789' },
  switchedOff: [],
} as const;
export const COMPATIBLE: Settings = {
  ...WIRE,
  organisationCheck: 'compatible',
  roleCheck: 'compatible',
  holderCheck: 'compatible',
  signatureCheck: 'compatible',
};
export const STRICT: Settings = {
  ...WIRE,
  organisationCheck: 'strict',
  roleCheck: 'strict',
  holderCheck: 'strict',
  signatureCheck: 'strict',
};
