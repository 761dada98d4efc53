/** A security key of a person, as the directory keeps it. */
export type SecurityKey = {
  readonly credentialId: string;
  readonly userId: string;
  /** What its owner calls it. */
  readonly name: string;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly isSingleDevice: boolean;
  readonly aaguid: string;
  readonly isAttested: boolean;
  readonly registeredAt: Date;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
};

export type NewSecurityKey = Omit<SecurityKey, 'lastUsedAt' | 'revokedAt'>;

/**
 * Level 3 is a key that cannot leave its device, by the word of a maker who is trusted here; anything else may be a
 * passkey that is copied from device to device, level 2 [IDENTITY 3.1].
 */
export function authenticatorOf({
  isSingleDevice,
  isAttested,
}: Pick<SecurityKey, 'isSingleDevice' | 'isAttested'>): 'FIDO2' | 'PASSKEY' {
  return isSingleDevice && isAttested ? 'FIDO2' : 'PASSKEY';
}

/** How a session names the key that it was begun with, so that both end together. */
export function cardNameOf(credentialId: string): string {
  return `security-key ${credentialId}`;
}

/**
 * The domain that keys are bound to, that of the first address, and where a browser may show it. A number is no domain:
 * on one machine it is `localhost`.
 */
export function placesOfKeys(urls: readonly string[]): {
  readonly domain: string;
  readonly origins: readonly string[];
} {
  const places = urls.flatMap((url) => {
    const place = URL.parse(url);
    if (place !== null && place.hostname === '127.0.0.1') place.hostname = 'localhost';
    return place === null ? [] : [place];
  });
  return {
    domain: places[0]?.hostname ?? 'localhost',
    origins: [...new Set(places.map(({ origin }) => origin))],
  };
}
