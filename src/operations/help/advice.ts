/** What a client should do after an answer that is no success, by its status [EXPERIENCE 6.7]; null: it was one. */
export function adviceFor(status: number): string | null {
  if (status < 400) return null;
  switch (status) {
    case 408:
    case 500:
    case 503:
    case 504:
      return 'failover=yes; retry=backoff; max=10';
    case 429:
      return 'failover=yes; retry=hourly; max=10';
    case 502:
      return 'failover=yes; retry=with-failover; max=10';
    default:
      return 'failover=no; retry=no';
  }
}
