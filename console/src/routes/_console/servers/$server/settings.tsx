import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { createFileRoute } from '@tanstack/react-router';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { serverSettings } from '#texts/serverSettings';
import { AddressForm } from '#ui/servers/addressForm';
import { ConnectionsForm } from '#ui/servers/connectionsForm';
import { DeleteServer } from '#ui/servers/dialogs';
import { FilePart } from '#ui/servers/filePart';
import { BudgetForm, LogsForm, SafetyForm, TextsForm } from '#ui/servers/settingsForms';
import { Loaded } from '#ui/states';

export const Route = createFileRoute('/_console/servers/$server/settings')({ component: Settings });

function Settings() {
  const params = Route.useParams();
  const query = $api.useQuery('get', '/api/v1/servers/{server}', { params: { path: params } });
  return (
    <Loaded query={query}>
      {(server) => (
        <Stack maw={860} gap="lg">
          <TextsForm server={server} />
          <AddressForm server={server} />
          <SafetyForm server={server} />
          <BudgetForm server={server} />
          <ConnectionsForm server={server} />
          <LogsForm server={server} />
          <FilePart server={server} />
          {!server.deleted_at && <DeletePart server={server} />}
        </Stack>
      )}
    </Loaded>
  );
}

function DeletePart({ server }: { server: Schema<'Server'> }) {
  const texts = serverSettings.danger;
  const may = useMay();
  const navigate = Route.useNavigate();
  const [opened, { open, close }] = useDisclosure();
  const lacking = may('servers:write') ? undefined : common.needs('servers:write');
  return (
    <Paper withBorder p="lg" component="section" aria-label={texts.title}>
      <Group justify="space-between">
        <div>
          <Title order={2} size="h5">
            {texts.title}
          </Title>
          <Text size="sm" c="dimmed">
            {texts.text}
          </Text>
        </div>
        <Button color="red" variant="outline" disabled={lacking !== undefined} title={lacking} onClick={open}>
          {texts.delete}
        </Button>
      </Group>
      <DeleteServer
        server={server}
        opened={opened}
        onClose={close}
        onDone={() => void navigate({ to: '/servers' })}
      />
    </Paper>
  );
}
