"""What every test stands on: reproducible property tests and a real database of its own."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Timings are never asserted, and the first example of a test may compile a kernel.
settings.register_profile("igang", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("igang")
