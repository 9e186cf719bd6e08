"""The scenarios, in the order of a run. Each answers one question by measurements and returns a value for the results file."""
from scenarios import compare, connections, flood, idle_busy, logins, million, owners, protocols, sessions, sizes, steps, workers

SCENARIOS = {
    "compare": compare,
    "connections": connections,
    "workers": workers,
    "protocols": protocols,
    "sessions": sessions,
    "sizes": sizes,
    "million": million,
    "owners": owners,
    "logins": logins,
    "idle_busy": idle_busy,
    "flood": flood,
    "steps": steps,
}
