"""Answers questions about rooms with an installed Synapse, so that tests can compare it with this code.

Reads requests as JSON lines from stdin and writes an answer a line to stdout. The first line written says whether Synapse
could be imported: {"ready": true, "version": "1.2.3"} or {"ready": false, "reason": "..."}.

Request:
    roomVersion   for example "11"
    events        the PDUs of one room, in an order where auth events come before those that name them
    rejected      ids of those that count as rejected
    verdicts      questions {"event": PDU, "state": [event id]}: do the auth rules allow the event in this state?
    selections    questions {"event": PDU}: may the event name what it names in auth_events?
    resolutions   questions [[event id]], one list per state set: what do the sets resolve to?
    redactions    questions PDU: what remains of it?
Answer:
    eventIds      ids of `events`, as Synapse computes them
    verdicts      {"allowed": bool, "reason": text} each
    selections    {"allowed": bool, "reason": text} each
    resolutions   {"resolved": [event id]} or {"error": text} each
    redactions    PDU each
"""

import asyncio
import json
import sys


def answer_line(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


try:
    import logging

    logging.disable(logging.CRITICAL)
    import synapse
    from synapse import event_auth
    from synapse.api.room_versions import KNOWN_ROOM_VERSIONS, StateResolutionVersions
    from synapse.events import make_event_from_dict
    from synapse.state import v1, v2
    from synapse.storage.databases.main.event_federation import StateDifference

    try:
        from synapse.synapse_rust.events import redact_event_dict
    except ImportError:  # older releases
        from synapse.events.utils import prune_event_dict as redact_event_dict
except Exception as error:
    answer_line({"ready": False, "reason": f"{type(error).__name__}: {error}"})
    sys.exit(0)


class Store:
    """The events of a request, in place of a database."""

    def __init__(self, events):
        self.events = events

    async def get_events(self, event_ids, *_args, **_options):
        return {event_id: self.events[event_id] for event_id in event_ids if event_id in self.events}

    async def get_auth_chain_difference(self, _room_id, _state_sets, _conflicted, _reachable):
        # All events are handed over as not yet persisted, so Synapse walks their auth chains itself.
        return StateDifference(auth_difference=set(), conflicted_subgraph=set())


class Clock:
    async def sleep(self, _duration):
        return None


def verdict(check):
    try:
        check()
    except Exception as error:
        return {"allowed": False, "reason": f"{type(error).__name__}: {error}"}
    return {"allowed": True, "reason": ""}


def authorise(room_version, pdu, state):
    def check():
        event = make_event_from_dict(pdu, room_version)
        if event.type == "m.room.create":
            asyncio.run(event_auth.check_state_independent_auth_rules(Store({}), event))
        event_auth.check_state_dependent_auth_rules(event, state)

    return verdict(check)


def select(room_version, pdu, events):
    event = make_event_from_dict(pdu, room_version)
    return verdict(lambda: asyncio.run(event_auth.check_state_independent_auth_rules(Store(events), event)))


def resolve(room_version, events, state_sets):
    any_event = next(iter(events.values()))
    maps = [{(events[i].type, events[i].state_key): i for i in ids} for ids in state_sets]
    store = Store(events)
    try:
        if room_version.state_res == StateResolutionVersions.V1:
            resolved = asyncio.run(
                v1.resolve_events_with_store(any_event.room_id, room_version, maps, dict(events), store.get_events)
            )
        else:
            resolved = asyncio.run(
                v2.resolve_events_with_store(Clock(), any_event.room_id, room_version, maps, dict(events), store)
            )
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {"resolved": sorted(resolved.values())}


def respond(request):
    room_version = KNOWN_ROOM_VERSIONS[request["roomVersion"]]
    rejected = set(request.get("rejected", []))
    events = {}
    event_ids = []
    for pdu in request["events"]:
        event = make_event_from_dict(pdu, room_version)
        if event.event_id in rejected:
            event = make_event_from_dict(pdu, room_version, rejected_reason="rejected")
        events[event.event_id] = event
        event_ids.append(event.event_id)
    return {
        "eventIds": event_ids,
        "verdicts": [
            authorise(room_version, question["event"], [events[i] for i in question["state"]])
            for question in request.get("verdicts", [])
        ],
        "selections": [
            select(room_version, question["event"], events) for question in request.get("selections", [])
        ],
        "resolutions": [resolve(room_version, events, sets) for sets in request.get("resolutions", [])],
        "redactions": [redact_event_dict(room_version, pdu) for pdu in request.get("redactions", [])],
    }


answer_line({"ready": True, "version": getattr(synapse, "__version__", "unknown")})
for line in sys.stdin:
    try:
        answer_line(respond(json.loads(line)))
    except Exception as error:
        answer_line({"failure": f"{type(error).__name__}: {error}"})
