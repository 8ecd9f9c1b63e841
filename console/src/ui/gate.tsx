import { Box, Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { common } from '#texts/common';
import { Logo } from './logo';
import { useTitle } from './page';

/** A page before the sign-in: one card, nothing else. */
export function Gate({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  useTitle(title);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Box w="100%" maw={420}>
        <Group gap="xs" justify="center" mb="lg">
          <Logo size={30} />
          <Text fw={700} size="lg">
            {common.product}
          </Text>
        </Group>
        <Paper withBorder p="xl" radius="lg" shadow="sm">
          <Stack>
            <Title order={1} size="h3">
              {title}
            </Title>
            {text && <Text c="dimmed">{text}</Text>}
            {children}
          </Stack>
        </Paper>
        <Text ta="center" size="xs" c="dimmed" mt="md">
          <Text span inherit>
            {window.location.host}
          </Text>
        </Text>
      </Box>
    </Center>
  );
}
