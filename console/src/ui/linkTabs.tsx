import { createLink, useRouterState } from '@tanstack/react-router';
import { type AnchorHTMLAttributes, type ReactNode, useEffect, useRef } from 'react';
import classes from './linkTabs.module.css';

/** The parts of a thing that has an address for each. */
export function LinkTabs({ label, children }: { label: string; children: ReactNode }) {
  const frame = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address opens another part
  useEffect(() => {
    const open = frame.current?.querySelector<HTMLElement>('[aria-current="page"]');
    // Where there is no room for all, what is open is in the middle: `scrollIntoView` would move the page too.
    if (open && frame.current) {
      frame.current.scrollLeft = open.offsetLeft - (frame.current.clientWidth - open.offsetWidth) / 2;
    }
  }, [path]);
  return (
    <nav ref={frame} className={classes.tabs} aria-label={label}>
      {children}
    </nav>
  );
}

/** One part; the router says which one is open (`aria-current`). */
export const LinkTab = createLink((props: AnchorHTMLAttributes<HTMLAnchorElement>) => (
  <a {...props} className={classes.tab} />
));

/** A part is open under its own address alone, whatever its search. */
export const ownAddress = { exact: true, includeSearch: false };
