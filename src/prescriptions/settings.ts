/** Places where the real Spine is lax or the public record has two readings; each is one named setting [DESIGN D10]. */
export type Settings = {
  /** `strict`: a message acts only for the organisation of its token's role profile. */
  readonly organisationCheck: 'compatible' | 'strict';
  /** `strict`: only the pharmacy that holds an issue may return, dispense, withdraw or claim it [EPS-FHIR 7.2]. */
  readonly holderCheck: 'compatible' | 'strict';
};

export const COMPATIBLE: Settings = { organisationCheck: 'compatible', holderCheck: 'compatible' };
export const STRICT: Settings = { organisationCheck: 'strict', holderCheck: 'strict' };
