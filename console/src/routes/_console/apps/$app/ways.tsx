import { createFileRoute } from '@tanstack/react-router';
import { $api } from '#api/client';
import { Ways } from '#ui/apps/oauthClients';
import { Loaded } from '#ui/states';

export const Route = createFileRoute('/_console/apps/$app/ways')({ component: WaysToConnect });

function WaysToConnect() {
  const { app } = Route.useParams();
  const query = $api.useQuery('get', '/api/v1/apps/{app}', { params: { path: { app } } });
  return <Loaded query={query}>{(data) => <Ways app={app} ways={data.definition?.auth ?? []} />}</Loaded>;
}
