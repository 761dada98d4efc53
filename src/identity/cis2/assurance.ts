/** What a person proves with who they are, in the words of `amr`, and at which level [IDENTITY 3.1]. */
export const AUTHENTICATORS = {
  N3_SMARTCARD: { level: 3 },
  CIS2_SMARTCARD: { level: 3 },
  FIDO2: { level: 3 },
  IOS: { level: 3 },
  /** A key that can leave its device. */
  PASSKEY: { level: 2 },
  TOTP: { level: 2 },
  NHSMAIL: { level: 2 },
  USERPASS: { level: 1 },
} as const satisfies Record<string, { readonly level: 1 | 2 | 3 }>;

export type Authenticator = keyof typeof AUTHENTICATORS;

const SMARTCARDS: readonly Authenticator[] = ['N3_SMARTCARD', 'CIS2_SMARTCARD'];
const ALL = new Map(Object.entries(AUTHENTICATORS));

/** What an application may ask for: who asks for a level has the levels above it too [IDENTITY 3.1]. */
const ADMITS: Readonly<Record<string, (name: string, level: number) => boolean>> = {
  AAL3_ANY: (_name, level) => level === 3,
  AAL2_OR_AAL3_ANY: (_name, level) => level >= 2,
  AAL2_ANY: (_name, level) => level >= 2,
  AAL1_USERPASS: () => true,
  AAL3_SMARTCARD: (name) => SMARTCARDS.some((card) => card === name),
  AAL3_N3_SMARTCARD: (name) => name === 'N3_SMARTCARD',
  AAL3_CIS2_SMARTCARD: (name) => name === 'CIS2_SMARTCARD',
  AAL3_FIDO2: (name) => name === 'FIDO2',
  AAL3_IOS: (name) => name === 'IOS',
  AAL2_TOTP: (name) => name === 'TOTP',
  AAL2_NHSMAIL: (name) => name === 'NHSMAIL',
};

export const ACR_VALUES: readonly string[] = Object.keys(ADMITS);
const DEFAULT_ACR = 'AAL3_ANY'; // [IDENTITY 3.1]

/** The first of the values asked for that an authenticator meets; null when it meets none. Values nobody knows do not count. */
export function acrMet(asked: string | undefined, authenticator: string): string | null {
  const level = ALL.get(authenticator)?.level;
  if (level === undefined) return null;
  return askedOf(asked).find((acr) => ADMITS[acr]?.(authenticator, level) === true) ?? null;
}

/** Those that can answer what was asked. */
export function authenticatorsFor(asked: string | undefined): Authenticator[] {
  return [...ALL.keys()].flatMap((name) =>
    isAuthenticator(name) && acrMet(asked, name) !== null ? [name] : [],
  );
}

export function isAuthenticator(name: string): name is Authenticator {
  return ALL.has(name);
}

function askedOf(asked: string | undefined): string[] {
  const known = (asked ?? '').split(' ').filter((acr) => Object.hasOwn(ADMITS, acr));
  return known.length === 0 ? [DEFAULT_ACR] : known;
}
