"""The scenarios of a run, in their order: each measures one question and returns a value for the results file."""
from scenarios import compare, connections, flood, idle_busy, million, sessions, sizes, steps, workers

SCENARIOS = {
    "compare": compare,
    "connections": connections,
    "workers": workers,
    "sessions": sessions,
    "sizes": sizes,
    "million": million,
    "idle_busy": idle_busy,
    "flood": flood,
    "steps": steps,
}
