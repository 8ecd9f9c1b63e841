import { Accordion, Stack, Text, Title } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { $api } from '#api/client';
import { connect as texts } from '#texts/connect';
import { TextLink } from '#ui/links';
import { ConnectPanel } from '#ui/servers/connectPanel';
import { LastRequest } from '#ui/servers/lastRequest';
import { Loaded } from '#ui/states';

export const Route = createFileRoute('/_console/servers/$server/connect')({
  validateSearch: (search): { client?: string } => ({
    client: typeof search.client === 'string' ? search.client : undefined,
  }),
  component: Connect,
});

function Connect() {
  const params = Route.useParams();
  const { client } = Route.useSearch();
  const navigate = Route.useNavigate();
  const query = $api.useQuery('get', '/api/v1/servers/{server}', { params: { path: params } });
  return (
    <Loaded query={query}>
      {(server) => (
        <Stack maw={860}>
          <LastRequest server={server.id} />
          <ConnectPanel
            server={server}
            client={client}
            onClient={(next) => void navigate({ search: { client: next }, replace: true })}
          />
          <Troubles server={server.id} />
        </Stack>
      )}
    </Loaded>
  );
}

function Troubles({ server }: { server: string }) {
  const { title, items, logs } = texts.troubles;
  return (
    <section aria-label={title}>
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      <Accordion variant="contained" order={3}>
        {items.map(({ symptom, text }) => (
          <Accordion.Item key={symptom} value={symptom}>
            <Accordion.Control>{symptom}</Accordion.Control>
            <Accordion.Panel>{text}</Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      <Text size="sm" mt="xs">
        <TextLink to="/servers/$server/requests" params={{ server }}>
          {logs}
        </TextLink>
      </Text>
    </section>
  );
}
