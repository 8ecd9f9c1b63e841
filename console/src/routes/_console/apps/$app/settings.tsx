import { createFileRoute } from '@tanstack/react-router';
import { $api } from '#api/client';
import { SettingsForm } from '#ui/apps/settingsForm';
import { Loaded } from '#ui/states';

export const Route = createFileRoute('/_console/apps/$app/settings')({ component: Settings });

function Settings() {
  const { app } = Route.useParams();
  const query = $api.useQuery('get', '/api/v1/apps/{app}', { params: { path: { app } } });
  // Made anew with each revision: what is entered is of the one that was read.
  return <Loaded query={query}>{(data) => <SettingsForm key={data.revision} app={data} />}</Loaded>;
}
