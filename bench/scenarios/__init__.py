"""The scenarios, in the order of a run. Each answers one question by measurements and returns a value for the results file."""
from scenarios import compare, connections, flood, idle_busy, million, protocols, sessions, sizes, steps, workers

SCENARIOS = {
    "compare": compare,
    "connections": connections,
    "workers": workers,
    "protocols": protocols,
    "sessions": sessions,
    "sizes": sizes,
    "million": million,
    "idle_busy": idle_busy,
    "flood": flood,
    "steps": steps,
}
