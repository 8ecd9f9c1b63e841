import { createFileRoute } from '@tanstack/react-router';
import { CustomerConnections } from '#ui/customers/connectionList';

export const Route = createFileRoute('/_console/customers/$customer/')({ component: Connections });

function Connections() {
  return <CustomerConnections customer={Route.useParams().customer} />;
}
