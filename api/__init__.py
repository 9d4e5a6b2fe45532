"""The edges: command line now, HTTP and pages later. No rules here."""
