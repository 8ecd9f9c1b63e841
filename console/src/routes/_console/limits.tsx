import { createFileRoute } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { limits } from '#texts/limits';
import { LimitList } from '#ui/limits/limitList';
import { Page } from '#ui/page';
import { Forbidden } from '#ui/states';

export const Route = createFileRoute('/_console/limits')({ component: Limits });

function Limits() {
  const may = useMay();
  return (
    <Page title={limits.title} description={limits.description}>
      {may('limits:read') ? <LimitList /> : <Forbidden permission="limits:read" />}
    </Page>
  );
}
