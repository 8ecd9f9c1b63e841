import { Alert, Button, Group, Text, Tooltip } from '@mantine/core';
import { IconRocket, IconTrash } from '@tabler/icons-react';
import { Outlet } from '@tanstack/react-router';
import { lazy, type ReactElement, Suspense } from 'react';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { server as texts } from '#texts/server';
import { servers } from '#texts/servers';
import { LinkTab, LinkTabs } from '../linkTabs';
import { Page } from '../page';
import { StateBadge } from '../stateBadge';
import { toast } from '../toasts';
import { TokenMeter } from '../tokenMeter';
import { ServerSwitch } from './serverSwitch';

const PublishDialog = lazy(() => import('./publishDialog'));

interface ServerFrameProps {
  server: Schema<'Server'>;
  crumbs: ReactElement[];
  publishing: boolean;
  setPublishing: (opened: boolean) => void;
}

/** What stands around the parts of a server: its state, and what holds for all of it. */
export function ServerFrame({ server, crumbs, publishing, setPublishing }: ServerFrameProps) {
  const params = { server: server.id };
  const diff = $api.useQuery('get', '/api/v1/servers/{server}/diff', { params: { path: params } });
  const may = useMay();
  const lacking = may('servers:publish') ? undefined : common.needs('servers:publish');
  const deleted = server.deleted_at !== undefined;
  const actions = !deleted && (
    <Group gap="md">
      <ServerSwitch server={server} withLabel />
      <Button
        leftSection={<IconRocket size={16} />}
        variant={diff.data?.unchanged ? 'default' : 'filled'}
        disabled={lacking !== undefined}
        title={lacking}
        onClick={() => setPublishing(true)}
      >
        {texts.publish}
      </Button>
    </Group>
  );
  return (
    <Page
      title={server.name}
      description={server.description || undefined}
      crumbs={crumbs}
      badges={<Badges server={server} differs={diff.data?.unchanged === false} />}
      actions={actions}
    >
      {deleted && <Deleted server={server} />}
      {diff.data && (
        <Group gap="sm" my={-8}>
          <Text span size="sm" c="dimmed">
            {texts.draftList}
          </Text>
          <TokenMeter
            label={texts.draftSize}
            tokens={diff.data.budget.tokens}
            listBytes={diff.data.budget.bytes}
            budget={diff.data.budget.token_budget}
            warning={diff.data.budget.token_warning}
          />
        </Group>
      )}
      <LinkTabs label={texts.tabs}>
        <LinkTab to="/servers/$server/tools" params={params}>
          {texts.tools}
        </LinkTab>
        <LinkTab to="/servers/$server/test" params={params}>
          {texts.test}
        </LinkTab>
        <LinkTab to="/servers/$server/connect" params={params}>
          {texts.connect}
        </LinkTab>
        <LinkTab to="/servers/$server/access" params={params}>
          {texts.access}
        </LinkTab>
        <LinkTab to="/servers/$server/prompts" params={params}>
          {texts.prompts}
        </LinkTab>
        <LinkTab to="/servers/$server/resources" params={params}>
          {texts.resources}
        </LinkTab>
        <LinkTab to="/servers/$server/limits" params={params}>
          {texts.limits}
        </LinkTab>
        <LinkTab to="/servers/$server/requests" params={params}>
          {texts.requests}
        </LinkTab>
        <LinkTab to="/servers/$server/audit" params={params}>
          {texts.audit}
        </LinkTab>
        <LinkTab to="/servers/$server/settings" params={params}>
          {texts.settings}
        </LinkTab>
        <LinkTab to="/servers/$server/versions" params={params}>
          {texts.versions}
        </LinkTab>
      </LinkTabs>
      <Outlet />
      <Suspense>
        {publishing && !deleted && <PublishDialog server={server} onClose={() => setPublishing(false)} />}
      </Suspense>
    </Page>
  );
}

function Badges({ server, differs }: { server: Schema<'Server'>; differs: boolean }) {
  const state = server.deleted_at ? 'deleted' : server.enabled ? 'on' : 'off';
  const color = { deleted: 'red', on: 'teal', off: 'gray' }[state];
  return (
    <Group gap={6}>
      <StateBadge color={color}>{texts.state[state]}</StateBadge>
      <StateBadge color={server.published ? 'cyan' : 'gray'}>
        {server.published ? texts.version(server.published.version) : texts.unpublished}
      </StateBadge>
      {server.published && differs && (
        <Tooltip label={texts.differsHint} multiline maw={280}>
          <StateBadge color="yellow">{texts.differs}</StateBadge>
        </Tooltip>
      )}
      {server.read_only && <StateBadge color="gray">{texts.state.readOnly}</StateBadge>}
    </Group>
  );
}

function Deleted({ server }: { server: Schema<'Server'> }) {
  const may = useMay();
  const restore = $api.useMutation('post', '/api/v1/servers/{server}/restore', {
    onSuccess: ({ name }) => toast(servers.restored(name)),
  });
  const lacking = may('servers:write') ? undefined : common.needs('servers:write');
  return (
    <Alert color="red" icon={<IconTrash aria-hidden />} title={texts.deletedTitle}>
      <Group justify="space-between">
        {texts.deletedText}
        <Button
          size="xs"
          variant="light"
          color="red"
          disabled={lacking !== undefined}
          title={lacking}
          loading={restore.isPending}
          onClick={() => restore.mutate({ params: { path: { server: server.id } } })}
        >
          {servers.restore}
        </Button>
      </Group>
    </Alert>
  );
}
