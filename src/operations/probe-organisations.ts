/** Where the synthetic journeys of a test installation are at home; a live one has none, and these codes may be anybody's there. */
export const PROBE_ORGANISATIONS = { surgery: 'A99991', pharmacy: 'FZZ91' } as const;
