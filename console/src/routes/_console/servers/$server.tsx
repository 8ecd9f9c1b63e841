import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { $api } from '#api/client';
import { servers } from '#texts/servers';
import { TextLink } from '#ui/links';
import { ServerFrame } from '#ui/servers/serverFrame';
import { Loaded } from '#ui/states';

/** One server. What stands around its parts shows what is true of all of it; the dialog that publishes its draft opens over any part. */
export const Route = createFileRoute('/_console/servers/$server')({
  validateSearch: (search): { publish?: true } => ({ publish: search.publish === true || undefined }),
  component: Server,
});

function Server() {
  const params = Route.useParams();
  const { publish = false } = Route.useSearch();
  // From wherever one is: the route's own would leave the part that is open.
  const navigate = useNavigate();
  const query = $api.useQuery('get', '/api/v1/servers/{server}', { params: { path: params } });
  const setPublishing = (opened: boolean) =>
    void navigate({
      to: '.',
      search: (current) => ({ ...current, publish: opened || undefined }),
      replace: !opened,
    });
  return (
    <Loaded query={query}>
      {(server) => (
        <ServerFrame
          server={server}
          crumbs={[
            <TextLink key="servers" to="/servers" size="sm">
              {servers.title}
            </TextLink>,
          ]}
          publishing={publish}
          setPublishing={setPublishing}
        />
      )}
    </Loaded>
  );
}
