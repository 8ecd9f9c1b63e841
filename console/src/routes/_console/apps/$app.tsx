import { Badge, Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { createFileRoute, Outlet, useMatchRoute } from '@tanstack/react-router';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { apps as texts } from '#texts/apps';
import { common } from '#texts/common';
import { AddToServer } from '#ui/apps/addToServer';
import { CopyText } from '#ui/copy';
import { TextLink } from '#ui/links';
import { LinkTab, LinkTabs, ownAddress } from '#ui/linkTabs';
import { Page } from '#ui/page';
import { Loaded } from '#ui/states';

export const Route = createFileRoute('/_console/apps/$app')({ component: App });

function App() {
  const { app } = Route.useParams();
  const query = $api.useQuery('get', '/api/v1/apps/{app}', { params: { path: { app } } });
  return <Loaded query={query}>{(data) => <Opened app={data} />}</Loaded>;
}

function Opened({ app }: { app: Schema<'App'> }) {
  const may = useMay();
  const [adding, { open, close }] = useDisclosure();
  const params = { app: app.id };
  // One action, or a new one, is a part of the actions.
  const ofAction = useMatchRoute()({ to: '/apps/$app/actions/$action', params: { ...params } }) !== false;
  const reason = !may('servers:write')
    ? common.needs('servers:write')
    : app.actions === 0
      ? texts.noActions
      : undefined;
  return (
    <Page
      title={app.title}
      crumbs={[
        <TextLink key="apps" to="/apps">
          {texts.title}
        </TextLink>,
      ]}
      badges={
        <Badge variant="default" tt="none">
          {app.definition?.catalog ? texts.ofCatalog : texts.kinds[app.kind]}
        </Badge>
      }
      description={
        <Group gap="md">
          <CopyText text={app.key} label={texts.copyKey} />
          <CopyText text={app.base_url} label={texts.copyBaseUrl} />
        </Group>
      }
      actions={
        <Button
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={open}
          disabled={reason !== undefined}
          title={reason}
        >
          {texts.addToServer}
        </Button>
      }
    >
      <LinkTabs label={texts.tabs.label}>
        <LinkTab
          to="/apps/$app"
          params={params}
          activeOptions={ownAddress}
          aria-current={ofAction ? 'page' : undefined}
        >
          {texts.tabs.actions}
        </LinkTab>
        {app.kind === 'openapi' && (
          <LinkTab to="/apps/$app/report" params={params} activeOptions={ownAddress}>
            {texts.tabs.report}
          </LinkTab>
        )}
        {app.kind !== 'manual' && (
          <LinkTab to="/apps/$app/reimport" params={params} activeOptions={ownAddress}>
            {texts.tabs.reimport}
          </LinkTab>
        )}
        <LinkTab to="/apps/$app/connections" params={params} activeOptions={ownAddress}>
          {texts.tabs.connections}
        </LinkTab>
        {app.kind === 'definition' && (
          <LinkTab to="/apps/$app/ways" params={params} activeOptions={ownAddress}>
            {texts.tabs.ways}
          </LinkTab>
        )}
        <LinkTab to="/apps/$app/settings" params={params} activeOptions={ownAddress}>
          {texts.tabs.settings}
        </LinkTab>
      </LinkTabs>
      <Outlet />
      <AddToServer opened={adding} onClose={close} app={app} />
    </Page>
  );
}
