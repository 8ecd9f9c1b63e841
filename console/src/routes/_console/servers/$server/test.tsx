import { createFileRoute, Outlet } from '@tanstack/react-router';

export const Route = createFileRoute('/_console/servers/$server/test')({ component: Outlet });
