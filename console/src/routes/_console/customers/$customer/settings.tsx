import { createFileRoute } from '@tanstack/react-router';
import { $api } from '#api/client';
import { CustomerSettings } from '#ui/customers/customerSettings';
import { Loaded } from '#ui/states';

export const Route = createFileRoute('/_console/customers/$customer/settings')({ component: Settings });

function Settings() {
  const path = Route.useParams();
  const query = $api.useQuery('get', '/api/v1/customers/{customer}', { params: { path } });
  // Made anew with each revision: what is entered is of the one that was read.
  return <Loaded query={query}>{(data) => <CustomerSettings key={data.revision} customer={data} />}</Loaded>;
}
