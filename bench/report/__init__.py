"""The report of a run: results files, tables, pictures, the page docs/benchmarks.md, and the comparison with the targets."""
