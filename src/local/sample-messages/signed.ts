import type { Bundle } from 'fhir/r4';

/** The order with this signature in place of the one that was in it: base64 of Signature XML. */
export function withSignature(order: Bundle, data: string): Bundle {
  const entry = (order.entry ?? []).map((one) => {
    const { resource } = one;
    if (resource?.resourceType !== 'Provenance' || resource.signature === undefined) return one;
    const signature = resource.signature.map((mock) => ({ ...mock, data }));
    return { ...one, resource: { ...resource, signature } };
  });
  return { ...order, entry };
}
