/** Of requests that are followed through several systems [SDS 1.1]. */
export const CORRELATION_ID =
  /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

export const CORRELATION_FAULT = `Invalid X-Correlation-ID header. Should be an UUIDv4 matching regex '${CORRELATION_ID.source}'`;

export const FHIR_TYPE = 'application/fhir+json';
const JSON_TYPE = 'application/json';

/** The media type of an answer; null: none that the client takes [SDS 1.1]. */
export function mediaType(accept: string | undefined): string | null {
  if (accept === undefined) return FHIR_TYPE;
  const types = accept
    .toLowerCase()
    .split(',')
    .map((type) => type.replace(/;.*/s, '').trim());
  if (types.includes('*/*') || types.includes(FHIR_TYPE)) return FHIR_TYPE;
  return types.includes(JSON_TYPE) ? JSON_TYPE : null;
}

/** A text of an address without its percent signs; what they do not encode stays as it is. */
export function percentDecoded(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (coded) => {
    try {
      return decodeURIComponent(coded);
    } catch {
      return coded;
    }
  });
}
