/** Who sends a message, resolved once at the edge from the access token [DESIGN 3]. */
export type Actor = {
  /** SDS user id, or a patient's id at NHS login; null for an application that acts by itself. */
  readonly userId: string | null;
  readonly roleProfile: string | null;
  /** What the role profile is for: its rights hang on it. */
  readonly role: { readonly jobRole: string; readonly activities: readonly string[] } | null;
  /** ODS code of the role profile's organisation, or of the application. */
  readonly organisation: string | null;
  readonly asid: string | null;
  /** The application through which it comes, and what its users sign prescriptions with [EPS-SIGNATURE 1]. */
  readonly application: {
    readonly id: string | null;
    readonly prepareAlgorithm: 'RS1' | 'RS256';
  };
  /** NHS number of a person who signed in as a patient. */
  readonly patient: string | null;
  /** How sure NHS login is of who that person is: its vector of trust. */
  readonly vot: string | null;
  readonly session: string;
  readonly scopes: ReadonlySet<string>;
};

/** The part of an actor that comes through no registered application, is no patient and has no rights. */
export const NO_APPLICATION: Pick<Actor, 'application' | 'patient' | 'role' | 'vot'> = {
  role: null,
  application: { id: null, prepareAlgorithm: 'RS256' },
  patient: null,
  vot: null,
};
