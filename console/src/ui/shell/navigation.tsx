import { NavLink, ScrollArea } from '@mantine/core';
import { Link, useRouterState } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { places } from './places';
import classes from './shell.module.css';

/** The places of the console. What one may not see is shown, disabled, with the reason. */
export function Navigation() {
  const may = useMay();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <ScrollArea component="nav" aria-label={common.navigation}>
      {places.map((group) => (
        <div key={group.title}>
          <div className={classes.group}>{group.title}</div>
          {group.places.map(({ title, to, icon: Icon, permission }) => {
            const allowed = !permission || may(permission);
            const active = path === to || path.startsWith(`${to}/`);
            return (
              <NavLink
                key={title}
                className={classes.link}
                component={Link}
                to={to}
                label={title}
                leftSection={<Icon size={18} stroke={1.6} />}
                active={active}
                aria-current={active ? 'page' : undefined}
                disabled={!allowed}
                aria-disabled={!allowed}
                tabIndex={allowed ? undefined : -1}
                title={allowed || !permission ? undefined : common.needs(permission)}
              />
            );
          })}
        </div>
      ))}
    </ScrollArea>
  );
}
