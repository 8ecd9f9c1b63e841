import { Stack, Text } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { limits } from '#texts/limits';
import { LimitList } from '#ui/limits/limitList';
import { TextLink } from '#ui/links';
import { Forbidden } from '#ui/states';

export const Route = createFileRoute('/_console/servers/$server/limits')({ component: ServerLimits });

function ServerLimits() {
  const may = useMay();
  const { server } = Route.useParams();
  if (!may('limits:read')) return <Forbidden permission="limits:read" />;
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {limits.serverText}{' '}
        <TextLink size="sm" to="/limits">
          {limits.allLimits}
        </TextLink>
      </Text>
      <LimitList server={server} />
    </Stack>
  );
}
