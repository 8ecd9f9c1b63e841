import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { createFileRoute } from '@tanstack/react-router';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { actions as texts } from '#texts/actions';
import { apps } from '#texts/apps';
import { common } from '#texts/common';
import { usedBy } from '#texts/usedBy';
import { ActionFacts } from '#ui/apps/actionFacts';
import { ActionForm } from '#ui/apps/actionForm';
import { AddToServer } from '#ui/apps/addToServer';
import { DeleteAction } from '#ui/apps/deleteAction';
import { UsedBy } from '#ui/apps/usedBy';
import { Json } from '#ui/json';
import { TextLink } from '#ui/links';
import { useTitle } from '#ui/page';
import { Loaded } from '#ui/states';

export const Route = createFileRoute('/_console/apps/$app/actions/$action')({
  validateSearch: (search): { edit?: boolean } => ({ edit: search.edit === true ? true : undefined }),
  component: OneAction,
});

function OneAction() {
  const path = Route.useParams();
  const query = $api.useQuery('get', '/api/v1/apps/{app}/actions/{action}', { params: { path } });
  return (
    <Stack>
      <TextLink to="/apps/$app" params={{ app: path.app }} size="sm">
        {texts.all}
      </TextLink>
      <Loaded query={query}>{(action) => <Opened app={path.app} action={action} />}</Loaded>
    </Stack>
  );
}

function Opened({ app, action }: { app: string; action: Schema<'Action'> }) {
  const { edit } = Route.useSearch();
  const navigate = Route.useNavigate();
  const may = useMay();
  const [adding, addingHandlers] = useDisclosure();
  const [deleting, deletingHandlers] = useDisclosure();
  useTitle(action.name);
  const params = { path: { app, action: action.name } };
  const uses = $api.useQuery('get', '/api/v1/apps/{app}/actions/{action}/used-by', { params });
  const owner = $api.useQuery('get', '/api/v1/apps/{app}', { params: { path: { app } } });
  const done = () => void navigate({ search: {}, replace: true });
  if (edit && action.settings) return <ActionForm app={app} action={action} onDone={done} />;
  const byHand = action.made === 'by_hand';
  const readOnly = may('apps:write') ? undefined : common.needs('apps:write');
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <Title order={2} size="h3" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
          {action.name}
        </Title>
        <Group gap="xs">
          {byHand && (
            <Button
              variant="default"
              disabled={readOnly !== undefined}
              title={readOnly}
              onClick={() => void navigate({ search: { edit: true } })}
            >
              {common.edit}
            </Button>
          )}
          {(byHand || action.gone_at) && (
            <Button
              variant="default"
              color="red"
              disabled={readOnly !== undefined}
              title={readOnly}
              onClick={deletingHandlers.open}
            >
              {common.delete}
            </Button>
          )}
          <Button
            disabled={!may('servers:write')}
            title={may('servers:write') ? undefined : common.needs('servers:write')}
            onClick={addingHandlers.open}
          >
            {apps.addToServer}
          </Button>
        </Group>
      </Group>
      <ActionFacts action={action} />
      <Title order={3} size="h5">
        {usedBy.title}
      </Title>
      <Loaded query={uses}>{(data) => <UsedBy uses={data} />}</Loaded>
      <Title order={3} size="h5">
        {texts.inputSchema}
      </Title>
      <Json value={action.input_schema} label={texts.inputSchema} />
      <Title order={3} size="h5">
        {texts.outputSchema}
      </Title>
      {action.output_schema ? (
        <Json value={action.output_schema} label={texts.outputSchema} />
      ) : (
        <Text c="dimmed">{texts.noOutputSchema}</Text>
      )}
      {owner.data && (
        <AddToServer opened={adding} onClose={addingHandlers.close} app={owner.data} action={action.name} />
      )}
      <DeleteAction opened={deleting} onClose={deletingHandlers.close} app={app} action={action} />
    </Stack>
  );
}
