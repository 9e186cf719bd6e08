"""The attributes of the sessions, the same for every contender."""
import json

ATTRIBUTES = {"user": "alice", "email": "alice@example.org", "groups": ["staff", "admin"],
              "name": "Alice Example", "theme": "dark", "language": "en-GB",
              "cart": [{"sku": "A-1009", "count": 2}, {"sku": "B-4711", "count": 1}],
              "last_seen": "2026-01-01T00:00:00Z", "csrf": "b9d5a1f0c2e84f6d9a7b3c1e5f708192"}


def size(attributes):
    """The length of the attributes' JSON in bytes, without spaces."""
    return len(json.dumps(attributes, separators=(",", ":")))


def of_size(total):
    """Attributes whose JSON has that many bytes."""
    small = {"user": "alice", "email": "alice@example.org", "groups": ["staff", "admin"], "filler": ""}
    return {**small, "filler": "x" * (total - size(small))}
