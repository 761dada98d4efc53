export type ImportRefusal =
  | { readonly kind: 'OrganisationUnknown'; readonly codes: readonly string[] }
  | { readonly kind: 'MergedAway'; readonly userIds: readonly string[] }
  | { readonly kind: 'IdOfAnother'; readonly what: 'membership' | 'role profile' };

/** Why not, for people. */
export function importWords(refusal: ImportRefusal): string {
  switch (refusal.kind) {
    case 'OrganisationUnknown':
      return `No organisation is known as ${refusal.codes.join(', ')}: add it to "organisations"`;
    case 'MergedAway':
      return `The record ${refusal.userIds.join(', ')} was merged into another one: leave it out`;
    case 'IdOfAnother':
      return `A ${refusal.what} of this file has the id of another person's`;
  }
}
