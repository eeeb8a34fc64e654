"""Imports the pipeline once, in the process that LocalExecutor forks its tasks from.

Fifty accounts then run twice as fast: each task inherits the modules. Importing is all that may happen here:
a polars query run before a fork hangs the forked process.
"""

import reports.publish  # noqa: F401
