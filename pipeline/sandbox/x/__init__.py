"""X's side of the API, always right: requests checked, pages cut and objects written as X does.

`pipeline.sandbox.app` serves it, with the faults.
"""
