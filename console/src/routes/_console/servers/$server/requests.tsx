import { createFileRoute } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { RequestLog } from '#ui/requests/requestLog';
import { requestSearch } from '#ui/requests/requestSearch';
import { Forbidden } from '#ui/states';

export const Route = createFileRoute('/_console/servers/$server/requests')({
  validateSearch: requestSearch,
  component: ServerRequests,
});

function ServerRequests() {
  const may = useMay();
  const search = Route.useSearch();
  const { server } = Route.useParams();
  const navigate = Route.useNavigate();
  if (!may('requests:read')) return <Forbidden permission="requests:read" />;
  return (
    <RequestLog
      server={server}
      search={search}
      onChange={(changes, replace) =>
        navigate({ search: (before) => ({ ...before, ...changes }), replace, resetScroll: false })
      }
    />
  );
}
