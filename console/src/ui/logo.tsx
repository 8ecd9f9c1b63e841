/** The gate. Decorative: a name stands beside it. */
export function Logo({ size }: { size: number }) {
  return <img src="/favicon.svg" alt="" width={size} height={size} />;
}
