"""Maps one ActivityStreams 2.0 object or activity to contract rows."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from townsquare.ingest.adapters._columns import Value

Json = dict[str, Any]
Row = dict[str, Value]
Told = tuple[str, Row]

_ACTORS = {
    "Person": "person",
    "Service": "service",
    "Application": "service",
    "Organization": "organization",
    "Group": "organization",
}
_CONTENTS = {
    "Note": "post",
    "Article": "post",
    "Page": "post",
    "Question": "post",
    "Event": "post",
    "Audio": "post",
    "Document": "post",
    "ChatMessage": "post",
    "Image": "image",
    "Video": "video",
}
_VERBS = {
    "Announce": "share",
    "Like": "like",
    "Dislike": "dislike",
    "View": "view",
    "Flag": "report",
    "EmojiReact": "react",
}
_UNDONE = {"Announce": "unshare", "Like": "unlike", "Dislike": "undislike"}
_RELATIONS = {"Follow": "follow", "Block": "block", "Ignore": "mute"}
_UNRELATED = {"Follow": "unfollow", "Block": "unblock", "Ignore": "unmute"}
_PUBLIC = {"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _id(value: Any) -> str | None:
    """The id of what is referred to, be it an id, an object or a list of either."""
    for one in _list(value):
        found = one.get("id") or one.get("href") if isinstance(one, dict) else one
        if isinstance(found, str) and found:
            return found
    return None


def kind_of(value: Any) -> str:
    """The object's type without a namespace; of several the first that is known."""
    kinds = [str(k).rsplit(":", 1)[-1] for k in _list(value.get("type", value.get("@type")))]
    known = [k for k in kinds if k in _ACTORS or k in _CONTENTS]
    return (known or kinds or [""])[0]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _time(value: Any) -> str | None:
    """A time as it is told; one that is a number or yes is kept, to be found wrong."""
    return _text(value) if isinstance(value, str | None) else json.dumps(value)


def quarantined(table: str, value: Any, problem: str) -> Told:
    """A row that cannot be a contract row, with the reason and all that the source says."""
    return table, {"problem": problem, "original": json.dumps(value)}


def _row_id(activity: Json) -> str:
    """The activity's id, or one made from all that it says, so that it is the same each time."""
    given = _id(activity)
    if given is not None:
        return given
    told = json.dumps(activity, sort_keys=True).encode()
    return "urn:hash:" + hashlib.blake2b(told, digest_size=16).hexdigest()


def _localized(value: Json, name: str) -> tuple[str | None, str | None]:
    """A text and its language, from `name` or the first of `nameMap`."""
    text = _text(value.get(name))
    by_language = value.get(f"{name}Map")
    if not isinstance(by_language, dict) or not by_language:
        return text, None
    language = next((k for k, v in by_language.items() if v == text), next(iter(by_language)))
    said = _text(by_language[language])
    return text or said, language if _LANGUAGE.fullmatch(language) else None


def _media_path(value: Json) -> str | None:
    """Where the first attached medium lies inside the export; null for one that lies elsewhere."""
    for attached in [*_list(value.get("attachment")), value]:
        path = _id(attached.get("url")) if isinstance(attached, dict) else None
        if path and "://" not in path and ".." not in path.split("/"):
            return path.lstrip("/")
    return None


def _tags(value: Json) -> Value:
    names = [
        str(tag.get("name", "")).lstrip("#")
        for tag in _list(value.get("tag"))
        if isinstance(tag, dict) and kind_of(tag) == "Hashtag"
    ]
    return [name for name in names if name] or None


def _user(value: Json) -> Told:
    name = _text(value.get("name")) or _text(value.get("preferredUsername"))
    return "users", {
        "user_id": _id(value),
        "registered_at": _time(value.get("published")),
        "kind": _ACTORS[kind_of(value)],
        "name": name,
        "loaded_at": _time(value.get("published")),
    }


def _content(value: Json, author: str | None, at: str | None, told_at: str | None) -> Told:
    kind = _CONTENTS.get(kind_of(value), "post")
    parent = _id(value.get("inReplyTo"))
    body, language = _localized(value, "content")
    title, title_language = _localized(value, "name")
    published = _time(value.get("published")) or at
    return "contents", {
        "content_id": _id(value),
        "author_id": _id(value.get("attributedTo")) or author,
        "published_at": published,
        "kind": "comment" if parent and kind == "post" else kind,
        "reply_to_id": parent,
        "root_id": _id(value.get("context")) if parent else None,
        "title": title,
        "body": body or _text(value.get("summary")),
        "tags": _tags(value),
        "language": language or title_language,
        "media_path": _media_path(value),
        "deleted_at": _time(value.get("deleted")),
        "loaded_at": told_at or published,
    }


def _recipients(value: Json) -> list[str] | None:
    """Who a private message is for; null when it is meant for everybody or for followers."""
    named = [_id(one) for key in ("to", "cc", "bto", "bcc") for one in _list(value.get(key))]
    audience = [one for one in named if one]
    if not audience or any(one in _PUBLIC or one.endswith("/followers") for one in audience):
        return None
    return list(dict.fromkeys(audience))


def _messages(value: Json, author: str | None, at: str | None, to: list[str]) -> Iterator[Told]:
    sent_at = _time(value.get("published")) or at
    sender = _id(value.get("attributedTo")) or author
    for recipient in to:
        yield (
            "messages",
            {
                "message_id": f"{_id(value) or ''}#{hashlib.sha1(recipient.encode()).hexdigest()}",
                "sent_at": sent_at,
                "sender_id": sender,
                "recipient_id": recipient,
                "loaded_at": sent_at,
            },
        )


def _created(activity: Json, is_update: bool) -> Iterator[Told]:
    value, actor = activity["object"], _id(activity.get("actor"))
    at = _time(activity.get("published"))
    if kind_of(value) in _ACTORS:
        table, row = _user(value)
        told_at = at or _time(value.get("updated"))
        yield table, row | {"loaded_at": told_at or row["loaded_at"]}
    elif to := _recipients({**activity, **value}):
        yield from _messages(value, actor, at, to)
    else:
        told_at = _time(value.get("updated")) or at if is_update else None
        yield _content(value, actor, at, told_at)


def _deleted(activity: Json) -> Told | None:
    """A version that says the content is gone, where the source tells enough to write one."""
    grave = activity.get("object")
    if not isinstance(grave, dict) or not grave.get("published"):
        return None
    deleted_at = _time(grave.get("deleted")) or _time(activity.get("published"))
    former = {**grave, "type": grave.get("formerType", "Note")}
    table, row = _content(former, _id(activity.get("actor")), None, deleted_at)
    return table, row | {"deleted_at": deleted_at}


def _snake(kind: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()


def _interaction(activity: Json, verb: str) -> Told:
    at = _time(activity.get("published"))
    targets = [t for t in map(_id, _list(activity.get("object"))) if t]
    person: str | None = None
    first = next(iter(_list(activity.get("object"))), None)
    if (isinstance(first, dict) and kind_of(first) in _ACTORS) or len(targets) > 1:
        # A report names the reported account first and then what it wrote.
        person, targets = targets[0], targets[1:]
    return "interactions", {
        "interaction_id": _row_id(activity),
        "occurred_at": at,
        "actor_id": _id(activity.get("actor")),
        "verb": verb,
        "content_id": targets[0] if targets else None,
        "target_user_id": person,
        "loaded_at": at,
    }


def _relation(activity: Json, verb: str, target: Any) -> Told:
    at = _time(activity.get("published"))
    return "relations", {
        "relation_id": _row_id(activity),
        "occurred_at": at,
        "actor_id": _id(activity.get("actor")),
        "target_id": _id(target),
        "verb": verb,
        "loaded_at": at,
    }


def _undo(activity: Json) -> Told:
    undone = activity.get("object")
    kind = kind_of(undone) if isinstance(undone, dict) else ""
    if isinstance(undone, dict) and kind in _UNRELATED:
        return _relation(activity, _UNRELATED[kind], undone.get("object"))
    what = undone.get("object") if isinstance(undone, dict) and kind in _UNDONE else undone
    return _interaction({**activity, "object": what}, _UNDONE.get(kind, "undo"))


def _other(activity: Json, kind: str) -> Told:
    answered = activity.get("object")
    if kind in ("Accept", "Reject", "TentativeAccept", "TentativeReject"):
        # Bare `accept` is the word for an accepted answer.
        what = kind_of(answered) if isinstance(answered, dict) else ""
        return _interaction(activity, f"{_snake(kind)}_{_snake(what) or 'offer'}")
    return _interaction(activity, _VERBS.get(kind, _snake(kind)))


def mapped(value: Any) -> Iterator[Told]:
    """The contract rows that an object or activity tells: one, or one per message's recipient."""
    if not isinstance(value, dict):
        yield quarantined("contents", value, "the item is not an object")
        return
    kind = kind_of(value)
    has_object = "object" in value
    if kind in _ACTORS:
        yield _user(value)
    elif kind in _CONTENTS and not has_object:
        to = _recipients(value)
        yield from _messages(value, None, None, to) if to else [_content(value, None, None, None)]
    elif kind in ("Create", "Update") and isinstance(value.get("object"), dict):
        yield from _created(value, is_update=kind == "Update")
    elif kind == "Create":
        yield quarantined("contents", value, "a Create that does not hold its object")
    elif kind == "Delete" and (deleted := _deleted(value)):
        yield deleted
    elif kind == "Undo":
        yield _undo(value)
    elif kind in _RELATIONS:
        yield _relation(value, _RELATIONS[kind], value.get("object"))
    elif re.fullmatch("[A-Za-z]+", kind) and (has_object or "actor" in value):
        yield _other(value, kind)
    else:
        yield quarantined("contents", value, "neither an activity nor an object that is known")
