import {
  IconActivity,
  IconApps,
  IconGauge,
  IconKey,
  IconListDetails,
  IconPlugConnected,
  IconRocket,
  IconServer2,
  IconSettings,
  IconShieldCheck,
  IconUser,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import type { Permission } from '#api/session';
import { navigation } from '#texts/navigation';

export interface Place {
  title: string;
  to: LinkProps['to'];
  icon: ComponentType<{ size?: number | string; stroke?: number }>;
  /** What one has to be allowed to see anything there. */
  permission?: Permission;
}

export interface Group {
  title: string;
  places: Place[];
}

/** Where one can go, in the order of the work. */
export const places: Group[] = [
  {
    title: navigation.groups.build,
    places: [
      { title: navigation.start, to: '/start', icon: IconRocket, permission: 'servers:write' },
      { title: navigation.servers, to: '/servers', icon: IconServer2, permission: 'servers:read' },
      { title: navigation.apps, to: '/apps', icon: IconApps, permission: 'apps:read' },
      { title: navigation.customers, to: '/customers', icon: IconUsersGroup, permission: 'customers:read' },
    ],
  },
  {
    title: navigation.groups.observe,
    places: [
      { title: navigation.activity, to: '/activity', icon: IconActivity, permission: 'usage:read' },
      { title: navigation.requests, to: '/requests', icon: IconListDetails, permission: 'requests:read' },
      { title: navigation.audit, to: '/audit', icon: IconShieldCheck, permission: 'audit:read' },
    ],
  },
  {
    title: navigation.groups.govern,
    places: [
      { title: navigation.tokens, to: '/tokens', icon: IconKey, permission: 'tokens:read' },
      { title: navigation.limits, to: '/limits', icon: IconGauge, permission: 'limits:read' },
      { title: navigation.users, to: '/users', icon: IconUsers, permission: 'users:read' },
      { title: navigation.account, to: '/account', icon: IconSettings, permission: 'account:read' },
    ],
  },
  {
    title: navigation.groups.own,
    places: [
      {
        title: navigation.connections,
        to: '/connections',
        icon: IconPlugConnected,
        permission: 'connections:own',
      },
      { title: navigation.me, to: '/me', icon: IconUser },
    ],
  },
];
