import { createTheme } from '@mantine/core';

/** The looks. Contrast of text on each shade that is used is AA at least. */
export const theme = createTheme({
  primaryColor: 'cyan',
  // White on a lighter cyan stays below AA, in the dark too.
  primaryShade: 9,
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: '650' },
  respectReducedMotion: true,
});
