import type { Schema } from '#api/client';
import type { ServerTool, TestedTool } from './data';

export const SHOWN = ['on', 'off', 'safe', 'unsafe', 'changed', 'problems'] as const;
export type Shown = (typeof SHOWN)[number];

/** What of a server's tools one looks at; it stands in the URL. */
export interface ToolSearch {
  q?: string;
  show?: Shown;
  app?: string;
}

/** A tool of a draft with all that is known of it. */
export interface ToolRow {
  tool: ServerTool;
  /** Absent while it cannot be offered. */
  offered?: TestedTool;
  /** What it costs a model, about. */
  tokens?: number;
  problems: Schema<'DraftProblem'>[];
  change?: 'added' | 'changed';
}

export function toolSearch(search: Record<string, unknown>): ToolSearch {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  return { q: text(search.q), show: SHOWN.find((shown) => shown === search.show), app: text(search.app) };
}

export function rowsOf(
  tools: ServerTool[],
  offered: TestedTool[] | undefined,
  diff: Schema<'ServerDiff'> | undefined,
): ToolRow[] {
  const byName = new Map(offered?.map((tool) => [tool.name, tool]));
  const added = new Set(diff?.added);
  const changed = new Set(diff?.changed.map(({ name }) => name));
  const problems = new Map<string, Schema<'DraftProblem'>[]>();
  for (const problem of diff?.problems ?? []) {
    problems.set(problem.place, [...(problems.get(problem.place) ?? []), problem]);
  }
  return tools.map((tool) => {
    const told = byName.get(tool.name);
    return {
      tool,
      offered: told,
      tokens: told && tokensOf(told),
      problems: problems.get(`tools.${tool.name}`) ?? [],
      change: added.has(tool.name) ? 'added' : changed.has(tool.name) ? 'changed' : undefined,
    };
  });
}

/** Those that fit: all words, in any case, in what one sees of a tool. */
export function filterRows(rows: ToolRow[], { q, show, app }: ToolSearch): ToolRow[] {
  const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const { tool, offered } = row;
    if (app !== undefined && tool.app !== app) return false;
    if (show !== undefined && !isShown(row, show)) return false;
    const text = [tool.name, tool.action, offered?.title, offered?.description].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function isShown({ tool, offered, problems, change }: ToolRow, show: Shown): boolean {
  switch (show) {
    case 'on':
      return tool.enabled;
    case 'off':
      return !tool.enabled;
    case 'safe':
      return offered?.safe === true;
    case 'unsafe':
      return offered?.safe === false;
    case 'changed':
      return change !== undefined;
    case 'problems':
      return problems.length > 0;
  }
}

/** Tokens of a tool in a list that a model reads, four bytes a token as everywhere in Gatewright. */
export function tokensOf(tool: TestedTool): number {
  const { name, title, description, input_schema, output_schema, annotations } = tool;
  const wire = {
    name,
    title,
    description,
    inputSchema: input_schema,
    outputSchema: output_schema,
    annotations: {
      readOnlyHint: Reflect.get(annotations, 'read_only'),
      destructiveHint: Reflect.get(annotations, 'destructive'),
      idempotentHint: Reflect.get(annotations, 'idempotent'),
      openWorldHint: Reflect.get(annotations, 'open_world'),
    },
  };
  return Math.ceil(new TextEncoder().encode(JSON.stringify(wire)).length / 4);
}
