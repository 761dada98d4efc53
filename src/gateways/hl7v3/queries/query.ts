import type { Uuid } from '../../../kernel/uuid.ts';
import type { Actor } from '../../actor.ts';
import type { Element } from '../../xml/element.ts';
import type { Coded } from '../interaction.ts';

/** Who asks, in which role, and when. */
export type Asking = {
  /** Resolved once, from the client certificate and the ASID. */
  readonly actor: Actor;
  /** Of the transmission. */
  readonly requestId: Uuid;
  /** Business time. */
  readonly at: Date;
};

/** A question over SOAP whose sender is known, and whose frame was checked [EPS-HL7V3 10.2]. */
export type SoapQuery = Asking & { readonly query: Element };

/** What a question is answered; the gateway writes SOAP and the frame around it. */
export type QueryAnswer =
  | {
      readonly kind: 'found';
      /** Id of the answer's interaction, and name of the element around it in the body. */
      readonly interaction: string;
      readonly wrapper: string;
      readonly subject: Element;
      /** Whether `queryAck` says that it was found: where clients look for it. */
      readonly isConfirmed: boolean;
    }
  /** In the form of an acknowledgement, `AR`. */
  | { readonly kind: 'refused'; readonly wrapper: string; readonly reason: Coded }
  /** In the form of a SOAP fault. */
  | { readonly kind: 'fault'; readonly isForbidden: boolean; readonly text: string }
  | { readonly kind: 'json'; readonly body: object };

/** What a capability adds to the queries over SOAP. */
export type SoapQueryHandler = {
  readonly interaction: string;
  readonly path: '/syncservice-mm/mm' | '/syncservice-pds/pds';
  /** `wantsXml`: the client asks for XML where JSON would do. */
  readonly handle: (query: SoapQuery, wantsXml: boolean) => Promise<QueryAnswer>;
};

/** A question in the query string of a GET [EPS-HL7V3 10.1]. */
export type JsonQuery = Asking & { readonly parameters: URLSearchParams };

export type JsonAnswer = {
  readonly status: 200 | 400 | 403;
  readonly mediaType: string;
  readonly body: object;
};

/** What a capability adds to the queries in JSON. */
export type JsonQueryHandler = {
  /** Last part of its path below `/mm/`, and of the name under which systems are accredited for it. */
  readonly name: string;
  readonly handle: (query: JsonQuery) => Promise<JsonAnswer>;
  /** What cannot be asked at all: by whom, or in which form. */
  readonly refuse: (status: 400 | 403 | 500 | 503, text: string) => object;
  readonly mediaType: string;
};

export type QueryHandlers = {
  readonly soap: readonly SoapQueryHandler[];
  readonly json: readonly JsonQueryHandler[];
};

export const SERVICE_QUERY = 'urn:nhs:names:services:mmquery';
