/** Spaces and summaries of rooms (endpoints of spec/endpoints/client/spaces.ts). */
import * as api from '@nexuscomm/spec/endpoints/client/spaces.ts';
import { handle, type Route } from '../http/handler.ts';
import type { RoomPreview } from '../rooms/room-preview.ts';
import type { SpaceHierarchy } from '../rooms/space-hierarchy.ts';

export function spaceRoutes({ hierarchy, preview }: { readonly hierarchy: SpaceHierarchy; readonly preview: RoomPreview }): Route[] {
  return [
    handle(api.getHierarchy, async ({ params, query, session }) =>
      hierarchy.page({
        roomId: params.roomId,
        userNid: session.userNid,
        suggestedOnly: query.suggested_only ?? false,
        limit: query.limit,
        maxDepth: query.max_depth,
        from: query.from,
      }),
    ),
    handle(api.getRoomSummary, async ({ params, query, session }) => preview.summary(params.roomIdOrAlias, query.via ?? [], session?.userNid)),
  ];
}
