/** An IP address; one of IPv4 without what a socket that takes both kinds puts before it. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:/, '');
}
