"""Loads what tasks need once, in the scheduler, from whose process LocalExecutor forks them: each inherits it.

No polars query, no thread and no open connection may be left here: the first hangs the forked process.
"""

import dags.preload  # noqa: F401
