import {
  type CertificateEnd,
  daysLeft,
  type Warning,
  warningAt,
} from '../../kernel/certificate-end.ts';

/** As the page shows them; its words change where somebody is warned. */
export function certificateRows(ends: readonly CertificateEnd[], at: Date) {
  return ends.map((end) => {
    const warning = warningAt(end, at);
    return { ...end, days: daysLeft(end, at), ...(warning === null ? GOOD : TAGS[warning]) };
  });
}

const GOOD = { tag: 'Good', colour: 'green' };
const TAGS: Readonly<Record<Warning, { readonly tag: string; readonly colour: string }>> = {
  60: { tag: 'Ends within 60 days', colour: 'yellow' },
  30: { tag: 'Ends within 30 days', colour: 'orange' },
  7: { tag: 'Ends within 7 days', colour: 'red' },
  1: { tag: 'Ends within a day', colour: 'red' },
  ended: { tag: 'Ended', colour: 'red' },
};
