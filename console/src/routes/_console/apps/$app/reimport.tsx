import { createFileRoute } from '@tanstack/react-router';
import { $api } from '#api/client';
import { Reimporting } from '#ui/apps/reimport';
import { Loaded } from '#ui/states';

export const Route = createFileRoute('/_console/apps/$app/reimport')({ component: Reimport });

function Reimport() {
  const { app } = Route.useParams();
  const query = $api.useQuery('get', '/api/v1/apps/{app}', { params: { path: { app } } });
  return <Loaded query={query}>{(data) => <Reimporting app={data} />}</Loaded>;
}
