/** What suppliers' own systems call the interactions that the NHS's facade names SM [EPS-HL7V3 5]. */
const BY_SUPPLIERS: Readonly<Record<string, readonly string[]>> = {
  PORX_IN020101SM31: [
    'PORX_IN020101UK31',
    'PORX_IN020102UK31',
    'PORX_IN020101UK04',
    'PORX_IN020102UK04',
  ],
  PORX_IN030101SM32: ['PORX_IN030101UK32'],
  PORX_IN060102SM30: ['PORX_IN060102UK30'],
  PORX_IN132004SM30: ['PORX_IN132004UK30'],
  PORX_IN080101SM31: ['PORX_IN080101UK31'],
  PORX_IN090101SM31: ['PORX_IN090101UK31'],
  PORX_IN100101SM31: ['PORX_IN100101UK31'],
  PORX_IN510101SM31: ['PORX_IN510101UK31'],
};

/** The id under which an organisation sends an interaction: one with an odd number has a supplier's system; `n` chooses among several. */
export function sentAs(interaction: string, organisation: string, n: number): string {
  const names = BY_SUPPLIERS[interaction] ?? [];
  const isSuppliers = Number(organisation.at(-1)) % 2 === 1;
  return (isSuppliers ? names[n % names.length] : undefined) ?? interaction;
}
