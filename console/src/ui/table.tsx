import { Box, Center, Loader } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, memo, type ReactNode, useEffect, useMemo, useRef } from 'react';
import classes from './table.module.css';

export interface Column<Row> {
  key: string;
  title: ReactNode;
  /** A track of a CSS grid: `120px`, `minmax(160px, 2fr)`. */
  width: string;
  align?: 'right';
  /** Left out where the table is narrower than this, in pixels. */
  above?: number;
  cell: (row: Row) => ReactNode;
}

interface TableProps<Row> {
  /** What the table is a list of. */
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** A row's height in pixels, or a guess at it. */
  rowHeight?: number;
  /** Opens a row, by click or Enter. */
  onOpen?: (row: Row) => void;
  /** The row that is open. */
  openKey?: string;
  /** In the place of columns where the table is narrower than 560 pixels. */
  narrow?: (row: Row) => ReactNode;
  /** Called when the last row comes into sight and there is more. */
  onEnd?: () => void;
  more?: boolean;
  /** CSS height of the scrolling part; the table is as tall as its rows where they are few. */
  maxHeight?: string;
}

const NARROW = 560;

/**
 * A table of any length: only the rows in sight are there. Up and Down go from row to row, Home and End to the first and last, Enter
 * opens one.
 */
export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, rowKey, rowHeight = 48, onOpen, openKey, narrow, onEnd, more } = props;
  const { ref: sizeRef, width } = useElementSize();
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rowKey(rows[index] as Row),
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (more && last >= rows.length - 1) onEnd?.();
  }, [more, last, rows.length, onEnd]);

  const stacked = narrow !== undefined && width > 0 && width < NARROW;
  const shown = useMemo(
    () => columns.filter((column) => !column.above || width === 0 || width >= column.above),
    [columns, width],
  );
  const template = shown.map((column) => column.width).join(' ');

  const focusRow = (index: number) => {
    const target = Math.max(0, Math.min(rows.length - 1, index));
    virtual.scrollToIndex(target);
    requestAnimationFrame(() =>
      scroll.current?.querySelector<HTMLElement>(`[data-index="${target}"]`)?.focus(),
    );
  };
  const onKey = (event: KeyboardEvent<HTMLElement>, index: number) => {
    // A key for a button inside the row is the button's.
    if (event.target !== event.currentTarget) return;
    const row = rows[index];
    const moves: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      Home: 0,
      End: rows.length - 1,
    };
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      focusRow(move);
    } else if (event.key === 'Enter' && row !== undefined) {
      onOpen?.(row);
    }
  };

  return (
    <Box
      ref={sizeRef}
      className={classes.frame}
      role="table"
      aria-label={label}
      aria-rowcount={more ? -1 : rows.length + 1}
    >
      <div role="rowgroup" className={stacked ? 'spoken' : undefined}>
        <div role="row" className={classes.head} style={{ gridTemplateColumns: template }}>
          {shown.map((column) => (
            <div role="columnheader" key={column.key} className={classes.cell} data-align={column.align}>
              {column.title}
            </div>
          ))}
        </div>
      </div>
      <div
        ref={scroll}
        role="rowgroup"
        className={classes.body}
        style={{ maxHeight: props.maxHeight ?? '70vh' }}
        tabIndex={onOpen ? undefined : 0}
      >
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const row = rows[item.index] as Row;
            return (
              <div
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={openKey === undefined ? undefined : openKey === item.key}
                tabIndex={onOpen ? 0 : undefined}
                className={classes.row}
                data-open={onOpen ? true : undefined}
                style={{
                  transform: `translateY(${item.start}px)`,
                  gridTemplateColumns: stacked ? '1fr' : template,
                  minHeight: rowHeight,
                }}
                onClick={onOpen && ((event) => isOfRow(event) && onOpen(row))}
                onKeyDown={(event) => onKey(event, item.index)}
              >
                <Cells row={row} columns={shown} narrow={stacked ? narrow : undefined} />
              </div>
            );
          })}
        </div>
        {more && (
          // For the eye alone: among rows there is nothing but rows, and the table says that their number is not known.
          <Center p="xs" aria-hidden>
            <Loader size="xs" />
          </Center>
        )}
      </div>
    </Box>
  );
}

interface CellsProps<Row> {
  row: Row;
  columns: Column<Row>[];
  /** In the place of the columns. */
  narrow: ((row: Row) => ReactNode) | undefined;
}

function CellsOf<Row>({ row, columns, narrow }: CellsProps<Row>) {
  if (narrow) {
    return (
      <div role="cell" className={classes.cell}>
        {narrow(row)}
      </div>
    );
  }
  return columns.map((column) => (
    <div role="cell" key={column.key} className={classes.cell} data-align={column.align}>
      {column.cell(row)}
    </div>
  ));
}

/** Scrolling draws the rows that come into sight, and leaves those that are there as they are. */
const Cells = memo(CellsOf) as typeof CellsOf;

/** Whether a click is the row's own: a control in it, and a menu that a control has opened elsewhere, have theirs. */
function isOfRow({ target, currentTarget }: MouseEvent<HTMLElement>): boolean {
  if (!(target instanceof Element) || !currentTarget.contains(target)) return false;
  return target.closest('a, button, input, label') === null;
}
