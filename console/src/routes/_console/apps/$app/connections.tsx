import { createFileRoute } from '@tanstack/react-router';
import { $api } from '#api/client';
import { ConnectionList } from '#ui/connections/connectionList';
import { Loaded } from '#ui/states';

export const Route = createFileRoute('/_console/apps/$app/connections')({ component: Connections });

function Connections() {
  const { app } = Route.useParams();
  const query = $api.useQuery('get', '/api/v1/apps/{app}', { params: { path: { app } } });
  return <Loaded query={query}>{(data) => <ConnectionList app={data} />}</Loaded>;
}
