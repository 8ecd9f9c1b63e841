import { createFileRoute } from '@tanstack/react-router';
import { $api } from '#api/client';
import { CustomerTokens } from '#ui/customers/customerTokens';
import { Loaded } from '#ui/states';

export const Route = createFileRoute('/_console/customers/$customer/tokens')({
  validateSearch: ({ token }): { token?: string } => ({
    token: typeof token === 'string' ? token : undefined,
  }),
  component: Tokens,
});

function Tokens() {
  const path = Route.useParams();
  const { token } = Route.useSearch();
  const navigate = Route.useNavigate();
  // Tokens are listed by the id of their owner, and the address may have the key.
  const query = $api.useQuery('get', '/api/v1/customers/{customer}', { params: { path } });
  return (
    <Loaded query={query}>
      {({ id }) => (
        <CustomerTokens
          customer={id}
          token={token}
          onToken={(next) => void navigate({ search: { token: next } })}
        />
      )}
    </Loaded>
  );
}
