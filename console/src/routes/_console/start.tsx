import { Stack } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { $api } from '#api/client';
import { useApps } from '#api/directory';
import { start as texts } from '#texts/start';
import { Page } from '#ui/page';
import { ConnectPanel } from '#ui/servers/connectPanel';
import { FirstCall, useLastRequest } from '#ui/servers/firstCall';
import { SOURCES, type Source } from '#ui/servers/listSearch';
import { Step, StepText } from '#ui/servers/step';
import { ApiStep, serves, ToolsStep } from '#ui/servers/steps';
import { Loaded } from '#ui/states';

const CreateServer = lazy(() => import('#ui/servers/createServer'));

interface StartSearch {
  /** The server that one goes on with. */
  server?: string;
  client?: string;
  create?: Source;
}

/** From nothing to a first call. What is done is ticked by what is there, however it came there. */
export const Route = createFileRoute('/_console/start')({
  validateSearch: (search): StartSearch => ({
    server: typeof search.server === 'string' ? search.server : undefined,
    client: typeof search.client === 'string' ? search.client : undefined,
    create: SOURCES.find((source) => source === search.create),
  }),
  component: Start,
});

function Start() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const go = (next: StartSearch) =>
    void navigate({ search: (current) => ({ ...current, ...next }), replace: true });
  const apps = useApps();
  const list = $api.useQuery('get', '/api/v1/servers', {
    params: { query: { sort: 'updated', limit: 200 } },
  });
  const servers = list.data?.items ?? [];
  const server = servers.find(({ id }) => id === search.server) ?? servers.find(serves) ?? servers[0];
  const asked = useLastRequest(server?.id);
  return (
    <Page title={texts.title} description={texts.description}>
      <Stack maw={860}>
        <Loaded query={apps}>{(all) => <ApiStep apps={all} />}</Loaded>
        <Loaded query={list}>
          {() => (
            <ToolsStep
              servers={servers}
              server={server}
              onServer={(id) => go({ server: id })}
              ready={(apps.data?.length ?? 0) > 0}
              onCreate={() => go({ create: 'app' })}
            />
          )}
        </Loaded>
        <Step number={3} title={texts.client.title} done={asked !== undefined}>
          {server && serves(server) ? (
            <>
              <StepText>
                {asked ? texts.client.done(asked.client_name || texts.client.unnamed) : texts.client.text}
              </StepText>
              <ConnectPanel
                key={server.id}
                server={server}
                client={search.client}
                onClient={(client) => go({ client })}
                order={3}
              />
            </>
          ) : (
            <StepText>{texts.client.afterTools}</StepText>
          )}
        </Step>
        {server && serves(server) && <FirstCall server={server} asked={asked} />}
      </Stack>
      <Suspense>
        {search.create && (
          <CreateServer
            source={search.create}
            onSource={(create) => go({ create })}
            onClose={() => go({ create: undefined })}
          />
        )}
      </Suspense>
    </Page>
  );
}
