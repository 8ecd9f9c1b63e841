import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useTokens } from '#api/directory';
import { useMay } from '#api/session';
import { tokens } from '#texts/tokens';
import { access } from '#texts/users';
import { Empty, Loaded } from '../states';
import { type Token, TokenRows } from './tokenRows';

interface ServerTokensProps {
  server: string;
  openId: string | undefined;
  onOpen: (token: Token) => void;
  onCreate: () => void;
}

/** Live tokens that reach one server. */
export function ServerTokens({ server, openId, onOpen, onCreate }: ServerTokensProps) {
  const may = useMay();
  const query = useTokens();
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Stack gap={0}>
          <Title order={2} size="h4">
            {access.tokens}
          </Title>
          {!may('tokens:read') && (
            <Text size="sm" c="dimmed">
              {access.ownTokens}
            </Text>
          )}
        </Stack>
        <Button variant="light" leftSection={<IconPlus size={16} />} onClick={onCreate}>
          {tokens.create}
        </Button>
      </Group>
      <Loaded query={query}>
        {(all) => {
          const rows = all.filter((token) => reaches(token, server));
          if (rows.length === 0) {
            return (
              <Empty icon={<IconKey />} title={access.noTokens}>
                {access.noTokensText}
              </Empty>
            );
          }
          return <TokenRows rows={rows} openId={openId} onOpen={onOpen} />;
        }}
      </Loaded>
    </Stack>
  );
}

function reaches({ state, scope: { servers } }: Token, server: string): boolean {
  return state === 'live' && (servers === 'all' || servers.only.includes(server));
}
