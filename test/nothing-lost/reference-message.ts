/** A message as its sender means it; its ids are those of the wire, its statuses the codes of the specification. */
export type Message =
  | {
      readonly kind: 'create';
      readonly id: string;
      readonly prescription: string;
      readonly facts: Facts;
    }
  /** An automatic download: whatever is nominated to the pharmacy. */
  | { readonly kind: 'download'; readonly id: string; readonly pharmacy: string }
  | {
      readonly kind: 'cancel';
      readonly id: string;
      readonly prescription: string;
      readonly patient: string;
      /** Null for the whole prescription: HL7 V3 can ask for that, FHIR can not. */
      readonly item: string | null;
      readonly surgery: string;
    }
  | OfPharmacy;

export type OfPharmacy = {
  readonly id: string;
  readonly prescription: string;
  readonly pharmacy: string;
} & (
  | { readonly kind: 'release' | 'return' }
  | {
      readonly kind: 'dispense';
      readonly patient: string;
      readonly status: string;
      readonly items: Items;
      readonly replaces: string | null;
    }
  | { readonly kind: 'withdraw'; readonly notification: string }
  | { readonly kind: 'claim'; readonly replaces: string | null }
);

export type Facts = {
  readonly patient: string;
  readonly surgery: string;
  readonly items: readonly string[];
  readonly nominated: string | null;
  readonly prescribedAt: string;
  readonly course: 'acute' | 'repeat';
};

/** Status code by item id. */
export type Items = Readonly<Record<string, string>>;

/** What can be seen of a prescription. */
export type View = {
  readonly status: string;
  readonly items: Items;
  readonly nominated: string | null;
  readonly holder: string | null;
  readonly claim: string | null;
  /** Cancellations that wait: item and surgery. */
  readonly pending: readonly string[];
};
