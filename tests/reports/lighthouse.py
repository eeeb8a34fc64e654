"""Lighthouse on the report of 12 and of 500 accounts, as S3 serves it: gzipped, over HTTP on loopback.

Not a test: it needs npm's `lighthouse`, and its performance score follows the machine. By hand:

    npm install --no-save --prefix "$DIR" lighthouse@12.8.2
    python -m tests.reports.lighthouse "$DIR/node_modules/.bin/lighthouse"
"""

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.reports.browser import FLAGS, chromium
from tests.reports.rendered import report_of
from tests.reports.world import many, world

CATEGORIES = ("performance", "accessibility", "best-practices")
SECONDS = 180


def pages() -> dict[str, bytes]:
    """Return the pages by path, compressed."""
    worlds = {"/12": world(), "/500": world(many(500), days=29)}
    return {path: gzip.compress(report_of(made).encode()) for path, made in worlds.items()}


class Handler(BaseHTTPRequestHandler):
    """Serves `pages`, nothing else."""

    pages: dict[str, bytes]

    def do_GET(self) -> None:
        body = self.pages.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if body:
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def scores(lighthouse: str, url: str) -> dict[str, int]:
    """Return the scores of a page, of 100."""
    command = [
        lighthouse,
        url,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={' '.join(FLAGS)}",
    ]
    environment = os.environ | {"CHROME_PATH": chromium() or ""}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=SECONDS, check=True)
    found = json.loads(done.stdout)["categories"]
    return {name: round(100 * found[name]["score"]) for name in CATEGORIES}


def main(lighthouse: str) -> None:
    """Print a line per page."""
    Handler.pages = pages()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for path, body in Handler.pages.items():
            found = scores(lighthouse, f"http://127.0.0.1:{server.server_port}{path}")
            line = ", ".join(f"{name} {score}" for name, score in found.items())
            sys.stdout.write(f"{path[1:]} accounts, {len(body) / 1000:.0f} KB gzipped: {line}\n")
        server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1])
