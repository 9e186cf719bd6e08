"""Everything that drives a run: servers in a sandbox, nginx in front of them, loads, and the command line."""
