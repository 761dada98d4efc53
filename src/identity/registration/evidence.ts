export const LEVEL_FOR_ACCESS = 3; // identity proved face to face, to the national standard [IDENTITY 1.3]

/** Documents that prove who somebody is, as the standard groups them; their numbers are nobody's business here. */
export const DOCUMENTS = [
  'passport',
  'driving-licence',
  'national-identity-card',
  'residence-permit',
  'birth-certificate',
  'bank-statement',
  'utility-bill',
  'council-tax-bill',
  'footprint-check',
] as const;
export type Document = (typeof DOCUMENTS)[number];

const PICTURED: readonly Document[] = [
  'passport',
  'driving-licence',
  'national-identity-card',
  'residence-permit',
];

/** Level that documents prove: one with a picture and two others make the highest [IDENTITY 1.3]. */
export function levelOf(documents: readonly Document[]): 0 | 1 | 2 | 3 {
  const different = new Set(documents);
  const hasPicture = PICTURED.some((kind) => different.has(kind));
  if (hasPicture && different.size >= 3) return 3;
  if (hasPicture) return 2;
  return different.size >= 2 ? 1 : 0;
}
