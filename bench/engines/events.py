"""What the peers are asked for: the three marts that read every event, from landed Parquet.

They are `user_days`, `content_days` and `sessions`. The peers keep no versions, know no late rows
and build no day tables beneath the marts, which Townsquare does in the time that is compared.
"""

TABLES = {  # key, time, and the columns that the marts need
    "contents": ("content_id", "published_at", ["author_id", "kind", "reply_to_id"]),
    "interactions": (
        "interaction_id",
        "occurred_at",
        ["actor_id", "content_id", "verb", "dwell_seconds"],
    ),
    "relations": ("relation_id", "occurred_at", ["actor_id", "verb"]),
    "messages": ("message_id", "sent_at", ["sender_id"]),
}
USERS = {"contents": "author_id", "messages": "sender_id"}  # else actor_id
IDLE_MINUTES = 30
SOURCES = {
    "n_contents": "contents",
    "n_interactions": "interactions",
    "n_relation_changes": "relations",
    "n_messages_sent": "messages",
}
VERBS = {
    "n_posts": "post",
    "n_comments": "comment",
    "n_images": "image",
    "n_videos": "video",
    "n_views": "view",
    "n_clicks": "click",
    "n_likes_given": "like",
    "n_dislikes_given": "dislike",
    "n_shares": "share",
    "n_saves": "save",
    "n_hides": "hide",
    "n_reports": "report",
    "n_follows": "follow",
    "n_unfollows": "unfollow",
}
CONTENT_VERBS = {
    "n_views": "view",
    "n_clicks": "click",
    "n_likes": "like",
    "n_dislikes": "dislike",
    "n_shares": "share",
    "n_saves": "save",
    "n_hides": "hide",
    "n_reports": "report",
    "n_accepts": "accept",
    "n_awards": "award",
}
PARTS_OF_DAY = ("night", "morning", "afternoon", "evening")
_SESSION = "user_id, started_at, ended_at, n_activities, dwell_seconds"
MARTS = {
    "user_days": ", ".join(
        [
            "user_id, activity_date, n_activities, dwell_seconds, first_event_at, last_event_at",
            "n_contents, n_interactions, n_messages_sent",
            *VERBS,
            *(f"n_{part}_activities" for part in PARTS_OF_DAY),
        ]
    ),
    "content_days": ", ".join(
        ["content_id, activity_date, n_interactions, n_replies, dwell_seconds", *CONTENT_VERBS]
    ),
    "sessions": ", ".join([_SESSION, *SOURCES]),
}


def user_of(table: str) -> str:
    """The column that says who did it."""
    return {"contents": "author_id", "messages": "sender_id"}.get(table, "actor_id")
