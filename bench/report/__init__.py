"""What is made of a run: results files, tables, pictures, the page docs/benchmarks.md, and targets held against the figures."""
