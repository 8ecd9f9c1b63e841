import { createFileRoute } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { activity } from '#texts/activity';
import { activitySearch } from '#ui/activity/activitySearch';
import { ActivityView } from '#ui/activity/activityView';
import { Page } from '#ui/page';
import { Forbidden } from '#ui/states';

export const Route = createFileRoute('/_console/activity')({
  validateSearch: activitySearch,
  component: Activity,
});

function Activity() {
  const may = useMay();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <Page title={activity.title} description={activity.description}>
      {may('usage:read') ? (
        <ActivityView
          search={search}
          onChange={(changes) =>
            navigate({ search: (before) => ({ ...before, ...changes }), resetScroll: false })
          }
        />
      ) : (
        <Forbidden permission="usage:read" />
      )}
    </Page>
  );
}
