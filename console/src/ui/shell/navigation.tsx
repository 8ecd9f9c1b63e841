import { NavLink, ScrollArea } from '@mantine/core';
import { Link, useRouterState } from '@tanstack/react-router';
import { type Permission, useMay } from '#api/session';
import { common } from '#texts/common';
import { type Group, places } from './places';
import classes from './shell.module.css';

/** The places of the console. What one may not see is shown, disabled, with the reason. */
export function Navigation() {
  const may = useMay();
  const isOpen = (permission: Permission | undefined) => !permission || may(permission);
  // Where hardly anything is open, that comes first, and nobody has to look for it among what is not.
  const share = (group: Group) =>
    group.places.filter(({ permission }) => isOpen(permission)).length / group.places.length;
  const isMember = !may('servers:read');
  const groups = isMember ? [...places].sort((one, other) => share(other) - share(one)) : places;
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <ScrollArea component="nav" aria-label={common.navigation}>
      {groups.map((group) => (
        <div key={group.title}>
          <div className={classes.group}>{group.title}</div>
          {group.places.map(({ title, to, icon: Icon, permission }) => {
            const allowed = isOpen(permission);
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
