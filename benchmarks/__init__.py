"""What is measured. `make bench` runs it and writes docs/benchmarks.md."""
