import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactNode } from 'react';
import classes from './linkTabs.module.css';

/** The parts of a thing that has an address for each. */
export function LinkTabs({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav className={classes.tabs} aria-label={label}>
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
