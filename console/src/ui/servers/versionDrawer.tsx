import { Button, Code, Drawer, Group, Stack, Text, Title, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowBackUp } from '@tabler/icons-react';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { publishing, server as serverTexts, versions as texts } from '#texts/server';
import { Confirm } from '../confirm';
import { When } from '../figures';
import { StateBadge } from '../stateBadge';
import { Loaded } from '../states';
import { toast } from '../toasts';
import { anyChange, compareVersions } from './compareVersions';
import { Breaking, ChangedSetting, NamedThings, Names, Section } from './diffParts';
import { Publisher } from './versionTable';

interface VersionDrawerProps {
  server: Schema<'Server'>;
  version: number;
  onClose: () => void;
}

/** One version: who made it and why, what it changed, what it serves; and the way back to it. */
export default function VersionDrawer({ server, version, onClose }: VersionDrawerProps) {
  const detail = $api.useQuery('get', '/api/v1/servers/{server}/versions/{version}', {
    params: { path: { server: server.id, version } },
  });
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={serverTexts.version(version)}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Loaded query={detail}>
        {(data) => (
          <Stack>
            <Group justify="space-between" align="flex-start">
              <Stack gap={2}>
                <Group gap={6}>
                  <When at={data.published_at} />
                  <Publisher principal={data.published_by} />
                </Group>
                <Text size="sm" c={data.note ? undefined : 'dimmed'} className="wrap">
                  {data.note || texts.noNote}
                </Text>
                {data.rolled_back_to !== undefined && (
                  <Text size="sm" c="dimmed">
                    {texts.repeats(data.rolled_back_to)}
                  </Text>
                )}
              </Stack>
              <RollBack server={server} version={version} />
            </Group>
            <Changes server={server.id} detail={data} />
            <Content detail={data} />
          </Stack>
        )}
      </Loaded>
    </Drawer>
  );
}

function RollBack({ server, version }: { server: Schema<'Server'>; version: number }) {
  const may = useMay();
  const [opened, { open, close }] = useDisclosure();
  const rollback = $api.useMutation('post', '/api/v1/servers/{server}/versions/{version}/rollback', {
    meta: { shown: true },
    onSuccess: (made) => {
      toast(texts.rolledBack(version, made.version));
      close();
    },
  });
  const current = server.published?.version ?? 0;
  const reason = !may('servers:publish')
    ? common.needs('servers:publish')
    : version === current
      ? texts.isCurrent
      : undefined;
  return (
    <>
      <Tooltip label={reason} disabled={!reason}>
        <Button
          size="xs"
          variant="light"
          leftSection={<IconArrowBackUp size={14} />}
          disabled={reason !== undefined}
          onClick={open}
        >
          {texts.rollback}
        </Button>
      </Tooltip>
      <Confirm
        opened={opened}
        onClose={close}
        title={texts.rollbackTitle(version)}
        act={texts.rollback}
        pending={rollback.isPending}
        error={rollback.error}
        onConfirm={() =>
          rollback.mutate({
            params: { path: { server: server.id, version } },
            body: { revision: server.revision },
          })
        }
      >
        {texts.rollbackText(version, current + 1)}
      </Confirm>
    </>
  );
}

/** What a version changed against the one before. */
function Changes({ server, detail }: { server: string; detail: Schema<'VersionDetail'> }) {
  const before = detail.version - 1;
  const query = $api.useQuery(
    'get',
    '/api/v1/servers/{server}/versions/{version}',
    { params: { path: { server, version: before } } },
    { enabled: before > 0 },
  );
  if (before === 0) return <Text c="dimmed">{texts.firstOne}</Text>;
  return (
    <Stack gap="sm">
      <Title order={3} size="h6">
        {texts.against(before)}
      </Title>
      <Loaded query={query}>
        {(former) => {
          const changes = compareVersions(former, detail);
          if (!anyChange(changes)) return <Text c="dimmed">{texts.same}</Text>;
          const { added, removed, changed, settings } = changes;
          return (
            <>
              {removed.length > 0 && (
                <Section title={publishing.removed(removed.length)} mark={<Breaking />}>
                  <Names names={removed} />
                </Section>
              )}
              {changed.length > 0 && (
                <Section title={publishing.changed(changed.length)}>
                  <Stack gap={4}>
                    {changed.map(({ name, parts }) => (
                      <Text key={name} size="sm" component="div">
                        <Code>{name}</Code> {parts.join(', ')}
                      </Text>
                    ))}
                  </Stack>
                </Section>
              )}
              {added.length > 0 && (
                <Section title={publishing.added(added.length)}>
                  <Names names={added} />
                </Section>
              )}
              {settings.length > 0 && (
                <Section title={publishing.settings}>
                  {settings.map((setting) => (
                    <ChangedSetting key={setting.field} setting={setting} />
                  ))}
                </Section>
              )}
              <NamedThings title={publishing.prompts} changes={changes.prompts} />
              <NamedThings title={publishing.resources} changes={changes.resources} />
              <NamedThings title={publishing.templates} changes={changes.resource_templates} />
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

function Content({ detail }: { detail: Schema<'VersionDetail'> }) {
  return (
    <Stack gap="sm">
      <Title order={3} size="h6">
        {texts.content}
      </Title>
      <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {detail.tools.map((tool) => (
          <li key={tool.name}>
            <Group gap={6}>
              <Code>{tool.name}</Code>
              <StateBadge color={tool.safe ? 'teal' : 'orange'}>
                {tool.safe ? texts.safe : texts.writes}
              </StateBadge>
            </Group>
            <Text size="xs" c="dimmed" lineClamp={2}>
              {tool.description}
            </Text>
          </li>
        ))}
      </Stack>
      {detail.prompts.length > 0 && (
        <Section title={publishing.prompts}>
          <Names names={detail.prompts} />
        </Section>
      )}
      {detail.resources.length > 0 && (
        <Section title={publishing.resources}>
          <Names names={detail.resources} />
        </Section>
      )}
      {detail.resource_templates.length > 0 && (
        <Section title={publishing.templates}>
          <Names names={detail.resource_templates} />
        </Section>
      )}
    </Stack>
  );
}
