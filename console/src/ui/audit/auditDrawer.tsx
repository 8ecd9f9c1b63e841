import { Drawer, Stack, Text, Title } from '@mantine/core';
import { $api } from '#api/client';
import { audit } from '#texts/audit';
import { common } from '#texts/common';
import { CopyBlock } from '../copy';
import { Facts } from '../facts';
import { TextLink } from '../links';
import { Loaded } from '../states';
import { actorOf } from './auditLog';
import { ChangeTable } from './changeTable';

const texts = audit.facts;

/** One change, value by value. */
export function AuditDrawer({ row, onClose }: { row: string | undefined; onClose: () => void }) {
  const query = $api.useQuery(
    'get',
    '/api/v1/audit/{audit_event}',
    { params: { path: { audit_event: row ?? '' } } },
    { enabled: row !== undefined, staleTime: 'static' },
  );
  return (
    <Drawer
      opened={row !== undefined}
      onClose={onClose}
      position="right"
      size="xl"
      title={<Text fw={650}>{audit.row(query.data?.event ?? '')}</Text>}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Loaded query={query}>
        {(event) => (
          <Stack>
            <Facts
              nameSpan={3}
              facts={{
                [texts.event]: <span className="mono">{event.event}</span>,
                [texts.at]: new Date(event.at).toLocaleString('en', {
                  dateStyle: 'medium',
                  timeStyle: 'long',
                }),
                [texts.actor]: `${actorOf(event)} (${[event.actor_kind, event.actor_id].filter(Boolean).join(' ')})`,
                [texts.via]: event.via,
                [texts.source]: event.source,
                [texts.object]: (
                  <>
                    <span className="mono">{event.object}</span>{' '}
                    <TextLink size="sm" underline="always" to="/audit" search={{ object: event.object }}>
                      {audit.sameObject}
                    </TextLink>
                  </>
                ),
                [texts.seq]: event.seq,
                [texts.hash]: <span className="mono">{event.hash}</span>,
                [texts.request]: event.request_id && <span className="mono">{event.request_id}</span>,
              }}
            />
            <Title order={3} size="h5">
              {audit.changes}
            </Title>
            <ChangeTable before={event.before} after={event.after} />
            <Title order={3} size="h5">
              {audit.json}
            </Title>
            <CopyBlock text={JSON.stringify(event, undefined, 2)} />
          </Stack>
        )}
      </Loaded>
    </Drawer>
  );
}
