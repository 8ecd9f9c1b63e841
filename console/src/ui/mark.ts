/** A color for what is no text – a dot, a bar – that stands out from the ground (3 to 1), in the light and in the dark. */
export function mark(color: string): string {
  const light = color === 'gray' ? 'gray-6' : `${color}-filled`;
  return `light-dark(var(--mantine-color-${light}), var(--mantine-color-${color}-5))`;
}
