import { mark } from './mark';

interface SparklineProps {
  /** Oldest first. */
  values: number[];
  /** Drawn over `values` in red, of the same length. */
  failures?: number[];
  /** What it says to whoever does not see it. */
  label: string;
  width?: number;
  height?: number;
}

/** A row of small bars, from zero. */
export function Sparkline({ values, failures, label, width = 96, height = 24 }: SparklineProps) {
  const top = Math.max(1, ...values);
  const step = width / Math.max(1, values.length);
  const bar = (value: number, index: number, color: string) => {
    const tall = value === 0 ? 0 : Math.max(1.5, (value / top) * height);
    return (
      <rect
        key={`${color}${index}`}
        x={index * step}
        y={height - tall}
        width={Math.max(1, step - 1)}
        height={tall}
        fill={color}
      />
    );
  };
  return (
    <svg width={width} height={height} role="img" aria-label={label}>
      <line
        x1={0}
        x2={width}
        y1={height - 0.5}
        y2={height - 0.5}
        stroke="var(--mantine-color-default-border)"
      />
      {values.map((value, index) => bar(value, index, mark('cyan')))}
      {failures?.map((value, index) => bar(value, index, mark('red')))}
    </svg>
  );
}
