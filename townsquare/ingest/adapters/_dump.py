"""Maps a row of a Stack Exchange dump to a contract row: events, never a count as of the dump."""

import json
import re
from collections.abc import Callable, Mapping

from townsquare.ingest.adapters._columns import Value

Attributes = Mapping[str, str]
Row = dict[str, Value]

_TAG = re.compile(r"[^<>|]+")
_VERBS = {
    "1": "accept",
    "2": "like",
    "3": "dislike",
    "4": "report",
    "5": "save",
    "6": "close_vote",
    "7": "reopen_vote",
    "8": "bounty",
    "9": "bounty_close",
    "10": "delete_vote",
    "11": "undelete_vote",
    "12": "report",
    "13": "moderator_nomination",
    "14": "moderator_election",
    "15": "moderator_review",
    "16": "approve_edit",
}
_PAGES = {
    "3": "orphaned tag wiki",
    "4": "tag wiki excerpt",
    "5": "tag wiki",
    "6": "moderator nomination",
    "7": "wiki placeholder",
    "8": "privilege wiki",
    "9": "article",
    "10": "help article",
    "12": "collection",
    "13": "moderator questionnaire",
    "14": "announcement",
    "15": "collective discussion",
    "17": "collective collection",
}


def _id(prefix: str, number: str | None) -> str | None:
    return f"{prefix}{number}" if number else None


def quarantined(attributes: Attributes, problem: str) -> Row:
    """A row that has no place in the contract, with the reason and all that the source says."""
    return {"problem": problem, "original": json.dumps(dict(attributes), ensure_ascii=False)}


def user(row: Attributes) -> Row:
    """A user; the site's own accounts have ids below 1."""
    user_id = row.get("Id", "")
    return {
        "user_id": user_id,
        "registered_at": row.get("CreationDate"),
        "kind": "service" if user_id.startswith("-") or user_id == "0" else "person",
        "name": row.get("DisplayName"),
        "account_number": row.get("AccountId"),
        "loaded_at": row.get("CreationDate"),
    }


def post(row: Attributes) -> Row:
    """A question is a post, an answer a comment on it; wiki pages are not contents of users."""
    kind = row.get("PostTypeId", "")
    if kind not in ("1", "2"):
        words = f"post type {kind} ({_PAGES[kind]})" if kind in _PAGES else "an unknown PostTypeId"
        return quarantined(row, f"{words} has no place in the contract")
    if kind == "2" and not row.get("ParentId"):
        return quarantined(row, "an answer without a ParentId")
    question = _id("p", row.get("ParentId")) if kind == "2" else None
    tags = row.get("Tags")
    return {
        "content_id": _id("p", row.get("Id")),
        "author_id": row.get("OwnerUserId"),
        "published_at": row.get("CreationDate"),
        "kind": "post" if kind == "1" else "comment",
        "reply_to_id": question,
        "root_id": question,
        "title": row.get("Title"),
        "body": row.get("Body"),
        "tags": _TAG.findall(tags) if tags else None,
        "deleted_at": row.get("DeletionDate"),
        "loaded_at": row.get("CreationDate"),
    }


def comment(row: Attributes, root_of: Callable[[str | None], str | None]) -> Row:
    """A comment below a question or an answer; its root is the question."""
    post_id = row.get("PostId")
    return {
        "content_id": _id("c", row.get("Id")),
        "author_id": row.get("UserId"),
        "published_at": row.get("CreationDate"),
        "kind": "comment",
        "reply_to_id": _id("p", post_id),
        "root_id": _id("p", root_of(post_id)),
        "body": row.get("Text"),
        "deleted_at": row.get("DeletionDate"),
        "loaded_at": row.get("CreationDate"),
    }


def vote(row: Attributes) -> Row:
    """A vote; the dump gives its day and, but for saves and bounties, not who cast it."""
    verb = _VERBS.get(row.get("VoteTypeId", ""))
    if verb is None:
        return quarantined(row, "VoteTypeId is not a known type of vote")
    return {
        "interaction_id": _id("v", row.get("Id")),
        "occurred_at": row.get("CreationDate"),
        "actor_id": row.get("UserId"),
        "verb": verb,
        "content_id": _id("p", row.get("PostId")),
        "loaded_at": row.get("CreationDate"),
    }


def badge(row: Attributes) -> Row:
    """A badge that the site awarded to a user."""
    return {
        "interaction_id": _id("b", row.get("Id")),
        "occurred_at": row.get("Date"),
        "verb": "award",
        "target_user_id": row.get("UserId"),
        "surface": "badge",
        "detail": row.get("Name"),
        "loaded_at": row.get("Date"),
    }
