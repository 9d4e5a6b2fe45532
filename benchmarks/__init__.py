"""Measures quality (named instances, seeds, bars) apart from speed (fixed work), and writes `RESULTS.md`."""
