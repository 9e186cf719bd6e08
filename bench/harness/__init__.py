"""The side-by-side benchmark: `./dev bench`. docs/benchmarks.md is what comes of it."""
