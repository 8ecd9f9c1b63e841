const TIME = new Intl.DateTimeFormat('en', {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** When a row was written. A log needs the time itself, not how long ago it was. */
export function LogTime({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at} style={{ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }}>
      {TIME.format(new Date(at))}
    </time>
  );
}
