import { Button } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { audit } from '#texts/audit';
import { AuditLog } from '#ui/audit/auditLog';
import { type AuditSearch, auditSearch } from '#ui/audit/auditSearch';
import { VerifyAudit } from '#ui/audit/verifyAudit';
import { Page } from '#ui/page';
import { Forbidden } from '#ui/states';

export const Route = createFileRoute('/_console/audit')({
  validateSearch: (search: Record<string, unknown>): AuditSearch & { verify?: boolean } => ({
    ...auditSearch(search),
    verify: search.verify === true || undefined,
  }),
  component: Audit,
});

function Audit() {
  const may = useMay();
  const { verify, ...search } = Route.useSearch();
  const navigate = Route.useNavigate();
  const change = (changes: AuditSearch & { verify?: boolean }, replace: boolean) =>
    navigate({ search: (before) => ({ ...before, ...changes }), replace, resetScroll: false });
  return (
    <Page title={audit.title} description={audit.description}>
      {may('audit:read') ? (
        <AuditLog
          search={search}
          onChange={change}
          actions={
            <Button
              variant="default"
              leftSection={<IconShieldCheck size={16} />}
              onClick={() => change({ verify: true }, false)}
            >
              {audit.verify}
            </Button>
          }
        />
      ) : (
        <Forbidden permission="audit:read" />
      )}
      <VerifyAudit opened={verify === true} onClose={() => change({ verify: undefined }, false)} />
    </Page>
  );
}
