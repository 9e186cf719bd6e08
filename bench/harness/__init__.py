"""What a run is driven with: servers in a sandbox, nginx in front of them, loads, and the command line."""
