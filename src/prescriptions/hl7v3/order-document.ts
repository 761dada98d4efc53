import type { Element } from '../../gateways/xml/element.ts';

/*
 * A prescription order with all that its HL7 V3 form holds, whichever form it came in. Times are
 * `YYYYMMDDHHmmss` in UTC, days `YYYYMMDD`; ids that are GUIDs are in upper case.
 */

export type Telecom = { readonly use: string | null; readonly value: string };

export type Address = {
  readonly use: string | null;
  /** Street lines, city, district and county, those that there are. */
  readonly lines: readonly string[];
  readonly postcode: string | null;
};

export type PersonName = {
  readonly use: string | null;
  readonly prefixes: readonly string[];
  readonly givens: readonly string[];
  readonly family: string | null;
  readonly suffixes: readonly string[];
  /** Only of a name without any of those parts. */
  readonly text: string | null;
};

export type Id = { readonly root: string; readonly extension: string };

export type Coded = { readonly code: string; readonly display: string | null };

export type PrescribingOrganisation = {
  readonly ods: string;
  readonly name: string;
  readonly telecom: Telecom;
  readonly address: Address;
  /** The body that it answers to; a cancel request does not tell. */
  readonly licence: { readonly ods: string; readonly name: string | null } | null;
};

/** A person in a role, for an organisation; one that is named alone has no role. */
export type Agent = {
  readonly roleProfile: string | null;
  readonly jobRole: string | null;
  readonly telecoms: readonly Telecom[];
  /** Null where an organisation alone is named. */
  readonly person: { readonly id: Id; readonly name: PersonName | null } | null;
  readonly organisation: PrescribingOrganisation;
};

export type PatientDetails = {
  readonly nhsNumber: string;
  readonly addresses: readonly Address[];
  readonly telecoms: readonly Telecom[];
  readonly names: readonly PersonName[];
  readonly gender: string;
  readonly birthDate: string;
  readonly generalPractice: string;
};

/** How often; both ends should be told, though the lower one is always 1 in an order. */
export type Repeats = { readonly low: string | null; readonly high: string | null };

export type LineItem = {
  readonly id: string;
  readonly repeats: Repeats | null;
  readonly product: Coded;
  /** As the sender wrote the number. */
  readonly quantity: { readonly value: string; readonly unit: Coded };
  /** Text with its own mark-up in it; empty when there is none. */
  readonly instructions: string;
  readonly endorsements: readonly string[];
  readonly dosage: string;
};

export type OrderDocument = {
  readonly messageId: string;
  readonly effectiveTime: string;
  readonly longFormId: string;
  readonly shortFormId: string;
  readonly patient: PatientDetails;
  readonly repeats: Repeats | null;
  /** ODS code of the nominated pharmacy. */
  readonly performer: string | null;
  readonly author: {
    readonly time: string;
    readonly signature: Element | null;
    readonly agent: Agent;
  };
  readonly responsible: Agent;
  readonly daysSupply: {
    readonly low: string | null;
    readonly high: string | null;
    readonly days: string | null;
  } | null;
  readonly reviewDate: string | null;
  readonly treatment: string;
  readonly site: string;
  readonly type: string;
  readonly items: readonly LineItem[];
};
