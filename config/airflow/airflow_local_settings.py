"""Imports the pipeline once, in the process from which LocalExecutor forks its tasks.

Fifty accounts then run twice as fast, because each task inherits the modules. Nothing but imports may run here: a
polars query before a fork hangs the forked process.
"""

import reports.publish  # noqa: F401
