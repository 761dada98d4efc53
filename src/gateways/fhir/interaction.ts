import type { HttpResponse } from '../../platform/http.ts';
import type { Actor } from '../actor.ts';
import type { JsonObject } from './json.ts';

/** The three faces of the API: the legacy one with both halves, and the two current ones [EPS-FHIR 1]. */
export const BASES = {
  legacy: '/electronic-prescriptions',
  prescribing: '/fhir-prescribing',
  dispensing: '/fhir-dispensing',
} as const;

export type Base = keyof typeof BASES;

/** A request whose headers, token, JSON and structure were checked. */
export type FhirRequest = {
  readonly base: Base;
  readonly actor: Actor;
  readonly requestId: string;
  readonly query: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as received, and what it says; an empty object for GET. */
  readonly body: Buffer;
  readonly resource: JsonObject;
  /** Business time, the same through the whole message. */
  readonly at: Date;
};

/** What a capability adds to the FHIR gateway: one method and path under `<base>/FHIR/R4`. */
export type FhirInteraction = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly bases: readonly Base[];
  /** Takes messages in a searchset too: each is checked by itself. */
  readonly takesSearchset?: boolean;
  readonly handle: (request: FhirRequest) => Promise<FhirResponse> | FhirResponse;
};

export type FhirResponse = {
  readonly status: number;
  /** A FHIR resource; or a text of XML. */
  readonly resource: object | string;
};

export type { HttpResponse };
