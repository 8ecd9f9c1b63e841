import { Badge } from '@mantine/core';

const COLORS: Record<string, string> = {
  GET: 'teal',
  HEAD: 'teal',
  QUERY: 'teal',
  POST: 'blue',
  PUT: 'violet',
  PATCH: 'violet',
  DELETE: 'red',
};

/** An HTTP method. */
export function Method({ method }: { method: string }) {
  return (
    <Badge
      variant="light"
      color={COLORS[method] ?? 'gray'}
      radius="sm"
      size="sm"
      className="mono"
      flex="none"
    >
      {method}
    </Badge>
  );
}
