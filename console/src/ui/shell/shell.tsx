import { AppShell, Burger, Group, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { useLive } from '#api/live';
import { useSession } from '#api/session';
import { common } from '#texts/common';
import { Logo } from '../logo';
import { Navigation } from './navigation';
import classes from './shell.module.css';
import { UserMenu } from './userMenu';

const Palette = lazy(() => import('./palette'));

/** What stands around every page: where one can go, who one is. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
  const [palette, paletteHandlers] = useDisclosure();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const { account } = useSession();
  useLive();
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever went somewhere has no more need of the menu
  useEffect(close, [path]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        paletteHandlers.toggle();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [paletteHandlers.toggle]);

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 236, breakpoint: 'sm', collapsed: { mobile: !opened } }}
    >
      <a className={classes.skip} href="#content">
        {common.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={common.menu} />
            <Link to="/" className={classes.brand} aria-label={common.product}>
              <Logo size={26} />
              <Text fw={700} span visibleFrom="xs">
                {common.product}
              </Text>
            </Link>
            <Text c="dimmed" span className="ellipsis" title={account.name}>
              {account.name || account.alias}
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <UnstyledButton
              className={classes.search}
              onClick={paletteHandlers.open}
              aria-label={common.palette}
            >
              <IconSearch size={16} aria-hidden />
              <Text span size="sm" visibleFrom="sm">
                {common.search}
              </Text>
              <Text span size="xs" className={classes.key} visibleFrom="sm" aria-hidden>
                Ctrl K
              </Text>
            </UnstyledButton>
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm">
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
      <Suspense>{palette && <Palette opened={palette} onClose={paletteHandlers.close} />}</Suspense>
    </AppShell>
  );
}
