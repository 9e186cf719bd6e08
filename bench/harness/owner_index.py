"""The memory of the lists of owners, for each session that is on one."""
import re
import subprocess

from harness.sandbox import BenchError

# The links of a list in every session of the memory store, also in one that is nobody's: 24 bytes, which the heap rounds.
LINKS = 32
# Copies every list of an owner into a database of its own, so that nothing else is in it.
COPY_LISTS = """
local cursor, copied = '0', 0
repeat
  local step = redis.call('SCAN', cursor, 'MATCH', '*owner:*', 'COUNT', 1000)
  cursor = step[1]
  for _, list in ipairs(step[2]) do copied = copied + redis.call('COPY', list, list, 'DB', 1, 'REPLACE') end
until cursor == '0'
return copied
"""


def footprint(options, count, record_bytes, of_each_owner):
    """Runs memory-footprint, which measures the memory store without the daemon. Returns what it prints."""
    return subprocess.run([f"{options.build}/bench/memory-footprint", *map(str, (count, record_bytes, of_each_owner))],
                          capture_output=True, text=True, check=True).stdout


def each_session(printed):
    """Reads memory-footprint's bytes for each session: resident, counted."""
    found = re.search(r"for each session: ([\d.]+) bytes resident, ([\d.]+) counted", printed)
    if not found:
        raise BenchError(f"memory-footprint says:\n{printed}")
    return float(found.group(1)), float(found.group(2))


def in_memory(options, count, record_bytes, of_each_owner):
    """Bytes for each session in the memory store: the difference to sessions that are nobody's, and their links."""
    owned, nobodys = (each_session(footprint(options, count, record_bytes, n)) for n in (of_each_owner, 0))
    resident, counted = (round(one - other + LINKS, 1) for one, other in zip(owned, nobodys))
    return {"store": "memory", "of_each": of_each_owner, "bytes": resident, "counted": counted}


def in_redis(redis, sessions, of_each_owner):
    """Bytes for each session in the lists that a Redis server has now."""
    before = redis.used_memory()
    lists = int(redis.command("EVAL", COPY_LISTS, "0"))
    if lists == 0:
        raise BenchError("Redis has no list of an owner")
    found = round((redis.used_memory() - before) / sessions, 1)
    redis.command("-n", "1", "FLUSHDB", "SYNC")
    return {"store": "redis", "of_each": of_each_owner, "bytes": found, "lists": lists}
