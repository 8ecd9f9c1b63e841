import { createFileRoute } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { requests } from '#texts/requests';
import { Page } from '#ui/page';
import { RequestLog } from '#ui/requests/requestLog';
import { requestSearch } from '#ui/requests/requestSearch';
import { Forbidden } from '#ui/states';

export const Route = createFileRoute('/_console/requests')({
  validateSearch: requestSearch,
  component: Requests,
});

function Requests() {
  const may = useMay();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <Page title={requests.title} description={requests.description}>
      {may('requests:read') ? (
        <RequestLog
          search={search}
          onChange={(changes, replace) =>
            navigate({ search: (before) => ({ ...before, ...changes }), replace, resetScroll: false })
          }
        />
      ) : (
        <Forbidden permission="requests:read" />
      )}
    </Page>
  );
}
