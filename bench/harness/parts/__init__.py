"""The parts of a run, in their order: each measures one question and returns a value for the results file."""
from harness.parts import compare, connections

PARTS = {
    "compare": compare,
    "connections": connections,
}
