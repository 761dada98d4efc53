/** Where the synthetic journeys of a test installation are at home; a live one has none, and these codes may be anybody's there. */
export const PROBE_ORGANISATIONS = { surgery: 'A99991', pharmacy: 'FZZ91' } as const;

/**
 * Marks a request of a synthetic journey, for those that say no organisation, as a sign-in: they are left out of all
 * counts of a test installation, and of those of a live one nothing is.
 */
export const SYNTHETIC_HEADER = 'x-synthetic-journey';
