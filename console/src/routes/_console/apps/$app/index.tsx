import { Group, Stack, Text } from '@mantine/core';
import { IconPlus, IconStack2 } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { useDeferredValue, useMemo } from 'react';
import { useMay } from '#api/session';
import { actions as texts } from '#texts/actions';
import { common } from '#texts/common';
import { ActionFilters } from '#ui/apps/actionFilters';
import { ActionTable } from '#ui/apps/actionTable';
import { type ActionFilter, filterActions } from '#ui/apps/filterActions';
import { useActions } from '#ui/apps/useActions';
import { ButtonLink } from '#ui/links';
import { Empty, Failure, Waiting } from '#ui/states';

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

export const Route = createFileRoute('/_console/apps/$app/')({
  validateSearch: (search): ActionFilter => ({
    search: text(search.search),
    method: text(search.method),
    tag: text(search.tag),
    readOnly: search.readOnly === true ? true : undefined,
  }),
  component: Actions,
});

function Actions() {
  const { app } = Route.useParams();
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  const { query, actions, complete } = useActions(app);
  const deferred = useDeferredValue(filter);
  const found = useMemo(() => filterActions(actions, deferred), [actions, deferred]);
  if (query.error && actions.length === 0) {
    return <Failure error={query.error} retry={() => query.refetch()} />;
  }
  if (query.data === undefined) return <Waiting />;
  if (complete && actions.length === 0) {
    return (
      <Empty icon={<IconStack2 />} title={texts.noneTitle} action={<ByHand app={app} />}>
        {texts.noneText}
      </Empty>
    );
  }
  return (
    <Stack gap="sm">
      <ActionFilters
        actions={actions}
        value={filter}
        onChange={(next) => void navigate({ search: next, replace: true })}
      />
      <Group justify="space-between">
        <Text size="sm" role="status">
          {texts.found(found.length, actions.length)}
          {!complete && ` ${common.loading}`}
        </Text>
        <ByHand app={app} />
      </Group>
      {found.length === 0 ? (
        <Text c="dimmed">{texts.noneFound}</Text>
      ) : (
        <ActionTable app={app} actions={found} />
      )}
    </Stack>
  );
}

function ByHand({ app }: { app: string }) {
  const may = useMay()('apps:write');
  return (
    <ButtonLink
      to="/apps/$app/actions/new"
      params={{ app }}
      variant="light"
      size="xs"
      leftSection={<IconPlus size={14} aria-hidden />}
      disabled={!may}
      title={may ? undefined : common.needs('apps:write')}
    >
      {texts.addByHand}
    </ButtonLink>
  );
}
