export const timeframe = {
  label: 'Time frame',
  any: 'Any time',
  frames: { '1h': 'Last hour', '24h': 'Last 24 hours', '7d': 'Last 7 days', '30d': 'Last 30 days' },
  custom: 'From … to …',
  from: 'From',
  to: 'To',
} as const;
