import { createFileRoute } from '@tanstack/react-router';
import { $api } from '#api/client';
import { ConnectInfo } from '#ui/customers/connectInfo';
import { Loaded } from '#ui/states';

export const Route = createFileRoute('/_console/customers/$customer/connect')({
  validateSearch: ({ client }): { client?: string } => ({
    client: typeof client === 'string' ? client : undefined,
  }),
  component: Connect,
});

function Connect() {
  const path = Route.useParams();
  const { client } = Route.useSearch();
  const navigate = Route.useNavigate();
  const query = $api.useQuery('get', '/api/v1/customers/{customer}/connect', { params: { path } });
  return (
    <Loaded query={query}>
      {(info) => (
        <ConnectInfo
          customer={path.customer}
          info={info}
          client={client}
          onClient={(next) => void navigate({ search: { client: next }, replace: true })}
        />
      )}
    </Loaded>
  );
}
