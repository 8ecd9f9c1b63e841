import { createFileRoute } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { AuditLog } from '#ui/audit/auditLog';
import { auditSearch } from '#ui/audit/auditSearch';
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
    <AuditLog
      object={server}
      search={search}
      onChange={(changes, replace) =>
        navigate({ search: (before) => ({ ...before, ...changes }), replace, resetScroll: false })
      }
    />
  );
}
