import { Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactElement, type ReactNode, useEffect } from 'react';
import { common } from '#texts/common';

interface PageProps {
  title: string;
  description?: ReactNode;
  /** Beside the title: states, counts. */
  badges?: ReactNode;
  /** At the right of the title. */
  actions?: ReactNode;
  /** Links to what it is a part of, outermost first, each with a key. */
  crumbs?: ReactElement[];
  children: ReactNode;
}

/** A screen: its place, its title, what can be done, and its content. */
export function Page({ title, description, badges, actions, crumbs, children }: PageProps) {
  useTitle(title);
  return (
    <Stack gap="lg" p={{ base: 'md', sm: 'xl' }} maw={1440} mx="auto" w="100%">
      <Stack gap={6}>
        {crumbs && (
          <Breadcrumbs component="nav" aria-label={common.path}>
            {crumbs}
          </Breadcrumbs>
        )}
        <Group justify="space-between" align="flex-start" gap="md">
          <Stack gap={6} flex="1 1 300px">
            <Group gap="sm">
              <Title order={1} size="h2">
                {title}
              </Title>
              {badges}
            </Group>
            {description && (
              <Text c="dimmed" maw={760} component="div" style={{ textWrap: 'pretty' }}>
                {description}
              </Text>
            )}
          </Stack>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
      </Stack>
      {children}
    </Stack>
  );
}

/** Names the page in the browser's tab and history. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · ${common.product}`;
  }, [title]);
}
