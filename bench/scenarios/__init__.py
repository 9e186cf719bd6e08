"""The scenarios, in the order of a run. Each answers one question by measurements and returns a value for the results file."""
from scenarios import (churn, compare, connections, destroy, durable, flood, idle_busy, instructions, logins, million, owners,
                       protocols, remote, sessions, sizes, steps, workers)

SCENARIOS = {
    "compare": compare,
    "connections": connections,
    "workers": workers,
    "protocols": protocols,
    "sessions": sessions,
    "sizes": sizes,
    "million": million,
    "churn": churn,
    "owners": owners,
    "logins": logins,
    "durable": durable,
    "remote": remote,
    "destroy": destroy,
    "idle_busy": idle_busy,
    "flood": flood,
    "instructions": instructions,
    "steps": steps,
}
