import { Stack, Text } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { audit } from '#texts/audit';
import { AuditLog } from '#ui/audit/auditLog';
import { auditSearch } from '#ui/audit/auditSearch';
import { TextLink } from '#ui/links';
import { Forbidden } from '#ui/states';

export const Route = createFileRoute('/_console/servers/$server/audit')({
  validateSearch: auditSearch,
  component: ServerAudit,
});

function ServerAudit() {
  const may = useMay();
  const search = Route.useSearch();
  const { server } = Route.useParams();
  const navigate = Route.useNavigate();
  if (!may('audit:read')) return <Forbidden permission="audit:read" />;
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {audit.serverText}{' '}
        <TextLink size="sm" to="/audit">
          {audit.wholeLog}
        </TextLink>
        .
      </Text>
      <AuditLog
        object={server}
        search={search}
        onChange={(changes, replace) =>
          navigate({ search: (before) => ({ ...before, ...changes }), replace, resetScroll: false })
        }
      />
    </Stack>
  );
}
