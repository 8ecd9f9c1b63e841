import { createFileRoute } from '@tanstack/react-router';
import { ConnectLinks } from '#ui/customers/linkList';

export const Route = createFileRoute('/_console/customers/$customer/links')({ component: Links });

function Links() {
  return <ConnectLinks customer={Route.useParams().customer} />;
}
