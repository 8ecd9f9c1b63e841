import { Paper, Stack, Text, Title } from '@mantine/core';
import { IconVersions } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense, useCallback } from 'react';
import { $api, type Schema } from '#api/client';
import { byCursor, itemsOf } from '#api/pages';
import { versions as texts } from '#texts/server';
import { DiffView } from '#ui/servers/diffView';
import { VersionTable } from '#ui/servers/versionTable';
import { Empty, Loaded } from '#ui/states';

const VersionDrawer = lazy(() => import('#ui/servers/versionDrawer'));

export const Route = createFileRoute('/_console/servers/$server/versions')({
  validateSearch: (search): { version?: number } => ({
    version: Number.isSafeInteger(search.version) ? Number(search.version) : undefined,
  }),
  component: Versions,
});

function Versions() {
  const params = Route.useParams();
  const query = $api.useQuery('get', '/api/v1/servers/{server}', { params: { path: params } });
  return <Loaded query={query}>{(server) => <VersionsOf server={server} />}</Loaded>;
}

function VersionsOf({ server }: { server: Schema<'Server'> }) {
  const { version } = Route.useSearch();
  const navigate = Route.useNavigate();
  const path = { server: server.id };
  const diff = $api.useQuery('get', '/api/v1/servers/{server}/diff', { params: { path } });
  const query = $api.useInfiniteQuery(
    'get',
    '/api/v1/servers/{server}/versions',
    { params: { path } },
    byCursor,
  );
  const rows = itemsOf(query.data);
  const onEnd = useCallback(() => void query.fetchNextPage(), [query.fetchNextPage]);
  const open = (next: number | undefined) => void navigate({ search: { version: next } });
  return (
    <Stack gap="lg">
      <Loaded query={query}>
        {() =>
          rows.length === 0 ? (
            <Empty icon={<IconVersions />} title={texts.emptyTitle}>
              {texts.emptyText}
            </Empty>
          ) : (
            <VersionTable
              rows={rows}
              more={query.hasNextPage}
              onEnd={onEnd}
              current={server.published?.version ?? 0}
              open={version}
              onOpen={open}
            />
          )
        }
      </Loaded>
      {diff.data && (
        <Paper withBorder p="lg" component="section" aria-label={texts.draft}>
          <Stack gap="sm">
            <Title order={2} size="h5">
              {texts.draft}
            </Title>
            {diff.data.unchanged ? (
              <Text c="dimmed">{texts.draftUnchanged}</Text>
            ) : (
              <DiffView server={server.id} diff={diff.data} />
            )}
          </Stack>
        </Paper>
      )}
      <Suspense>
        {version !== undefined && (
          <VersionDrawer server={server} version={version} onClose={() => open(undefined)} />
        )}
      </Suspense>
    </Stack>
  );
}
