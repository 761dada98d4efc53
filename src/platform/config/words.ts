/** What stands between commas. */
export function words(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
}
