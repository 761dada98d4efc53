/** Who sends a message, resolved once at the edge from the access token [DESIGN 3]. */
export type Actor = {
  /** SDS user id; null for an application that acts by itself. */
  readonly userId: string | null;
  readonly roleProfile: string | null;
  /** ODS code of the role profile's organisation, or of the application. */
  readonly organisation: string | null;
  readonly asid: string | null;
  readonly session: string;
  readonly scopes: ReadonlySet<string>;
};
